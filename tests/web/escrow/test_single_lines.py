"""Each matched line can be left out or ignored; a reversed one leads to its chargeback."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.engagement.models import Engagement
from app.escrow import accounts, audit, ledger
from app.escrow.bank.models import BankEntry
from app.escrow.incoming import funding
from app.escrow.models import Payment
from app.people.models import Board
from tests import rooms
from tests.escrow.bank_lines import imports, line
from tests.people import alice, bob
from tests.people import olga as operator
from tests.rooms import Room
from tests.web.escrow.bank_files import HERE, sends, soup, typed
from tests.web.escrow.test_the_money_pages import send


@pytest.fixture
def waiting(story: Any, signed_in: Any) -> tuple[Any, list[str], list[str]]:
    """The operator's browser, and three payments that are matched, with their milestones."""
    with story() as session:
        room = rooms.agreed(session, currency="EUR")
        session.get_one(Board, 1).currency = "EUR"
        payments = [
            funding.start(
                session, room.engagement, [one], provider="bank", by=room.client, at=rooms.NOON
            )
            for one in room.milestones[:3]
        ]
        imports(room, *(line(one.reference, 7500) for one in payments))
        facts = [one.reference for one in payments], [one.id for one in room.milestones[:3]]
    return signed_in(room.operator), *facts


def held(story: Any, milestones: list[str]) -> list[int]:
    with story() as session:
        assert audit.audit(session) == []
        return [ledger.balance(session, accounts.held(one), "EUR") for one in milestones]


def form_of(page: Any) -> Any:
    return soup(page).find("form", action="/board/statements/confirmation")


def confirms(olga: Any) -> Any:
    """Press Confirm all matched, with every line ticked."""
    form = form_of(olga.get(HERE))
    ticked = [one["value"] for one in form.select("input[name=entry]")]
    return olga.post(form["action"], data=typed(form) | {"entry": ticked}, follow_redirects=True)


def test_every_matched_line_is_ticked_and_what_is_unticked_stays_for_later(
    waiting: Any, story: Any
) -> None:
    olga, references, milestones = waiting
    form = form_of(olga.get(HERE))
    boxes = form.find_all("input", {"name": "entry"})
    assert len(boxes) == 3 and all(one.has_attr("checked") for one in boxes)
    left_out = form.find("td", string=references[1]).parent.find("input")["value"]
    kept = [one["value"] for one in boxes if one["value"] != left_out]
    data = {**typed(form), "entry": kept}
    answer = olga.post(form["action"], data=data, follow_redirects=True)
    assert "2 lines are confirmed." in answer.text and "has changed since" not in answer.text
    assert held(story, milestones) == [7500, 0, 7500]
    assert references[1] in soup(answer).select_one("#matched").text
    assert "1 line is confirmed." in confirms(olga).text


def test_one_matched_line_is_ignored_and_the_others_are_not(waiting: Any, story: Any) -> None:
    olga, references, milestones = waiting
    form = form_of(olga.get(HERE))
    row = form.find("td", string=references[1]).parent
    data = typed(form) | {"entry": [one["value"] for one in form.select("input[name=entry]")]}
    button = row.find("button", string="Ignore")
    answer = olga.post(button["formaction"], data=data, follow_redirects=True)
    assert "€75.00 is ignored; nothing was booked." in answer.text
    assert "2 lines are confirmed." in confirms(olga).text
    assert held(story, milestones) == [7500, 0, 7500]
    send(olga, HERE, "Stop ignoring")
    assert references[1] in soup(olga.get(HERE)).select_one("#matched").text


def test_a_reversal_leads_to_the_chargeback_page_filled_in(waiting: Any, story: Any) -> None:
    olga, references, milestones = waiting
    confirms(olga)
    with story() as session:
        room = Room(session, *_people(session))
        imports(room, line(references[0], -7500, is_reversal=True))
        payment_id = session.scalars(
            select(Payment.id).where(Payment.reference == references[0])
        ).one()
    page = olga.get(HERE)
    link = soup(page).find("a", string="Book the chargeback")
    assert link["href"].startswith(f"/board/payments/{payment_id}/chargeback?line=")
    assert "The bank took" in olga.get("/board/tasks").text
    form = soup(olga.get(link["href"])).find("form", action=link["href"])
    fields = typed(form)
    assert "75.00" in fields.values() or "75,00" in fields.values()
    assert any("took the money back on 3 Nov" in one for one in fields.values())
    answer = sends(olga, form, {})
    assert f"€75.00 of {references[0]} is charged back." in answer.text
    assert held(story, milestones) == [0, 7500, 7500]
    assert not soup(answer).select("#taken-back")
    assert "The bank took" not in olga.get("/board/tasks").text.split("Looked after")[0]
    with story() as session:
        kinds = session.scalars(select(BankEntry.settled_kind)).all()
        assert sorted(kinds) == ["chargeback", "payment", "payment", "payment"]


def _people(session: Any) -> tuple[Any, Any, Any, Any]:
    engagement = session.scalars(select(Engagement)).one()
    return engagement, alice(session), bob(session), operator(session)
