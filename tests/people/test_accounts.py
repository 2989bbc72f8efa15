"""Setting up the board, joining it, and the roles of people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.kernel.errors import Invalid, Refused
from app.kernel.events import Event
from app.people import accounts, board, joining, reads
from app.people.models import Board, Joining
from tests.people import NOON, alice, bob, olga, someone


def join(session: Any, found: Joining | None, email: str = "dana@example.org", **more: Any) -> Any:
    facts: dict[str, Any] = {
        "name": "Dana", "email": email, "password_hash": None, "zone": "UTC", "hires": True,
        "works": False, "at": NOON,
    }  # fmt: skip
    return accounts.join(session, found, **facts | more)


def test_the_board_is_set_up_once(session: Any) -> None:
    person = olga(session)
    assert person.is_operator and person.hires
    with pytest.raises(Refused, match=r"board.exists"):
        accounts.set_up(
            session, board_name="Second", name="Eve", email="eve@example.org",
            password_hash=None, zone="UTC", currency="USD", at=NOON,
        )  # fmt: skip


def test_an_address_is_found_without_regard_to_case(session: Any) -> None:
    person = alice(session)
    assert accounts.by_email(session, "  ALICE@Example.ORG ") is person


def test_an_invitation_works_once(session: Any) -> None:
    found, token = joining.invite(session, "dana@example.org", by=olga(session), at=NOON)
    assert joining.by_token(session, token) is found
    dana = join(session, found)
    assert found.person_id == dana.id
    with pytest.raises(Refused, match=r"joining.used"):
        join(session, found, "second@example.org")


def test_an_invitation_ends_after_thirty_days(session: Any) -> None:
    found, _token = joining.invite(session, "dana@example.org", by=olga(session), at=NOON)
    with pytest.raises(Refused, match=r"joining.expired"):
        join(session, found, at=NOON + timedelta(days=30))


def test_only_a_digest_of_an_invitations_token_is_kept(session: Any) -> None:
    found, token = joining.invite(session, "dana@example.org", by=olga(session), at=NOON)
    assert token not in str(vars(found))


def test_an_operator_finds_the_link_of_an_invitation_again(session: Any) -> None:
    found, token = joining.invite(
        session, "dana@example.org", by=olga(session), at=NOON, secret_key="key"
    )
    assert joining.token_of("key", found.id) == token
    assert joining.token_of("another", found.id) != token


def test_nobody_joins_twice_or_is_invited_when_here(session: Any) -> None:
    alice(session)
    with pytest.raises(Invalid, match=r"account.exists"):
        joining.invite(session, "Alice@example.org", by=olga(session), at=NOON)
    found, _token = joining.invite(session, "dana@example.org", by=olga(session), at=NOON)
    with pytest.raises(Invalid, match=r"account.exists"):
        join(session, found, "alice@example.org")


def test_only_an_open_board_is_joined_without_an_invitation(session: Any) -> None:
    operator = olga(session)
    with pytest.raises(Refused, match=r"joining.needed"):
        join(session, None)
    row = session.get_one(Board, 1)
    board.describe(
        session, name=row.name, zone=row.zone, currency="EUR", contact_email="", bank_account="",
        open_joining=True, privacy="", conditions="", by=operator, at=NOON,
    )  # fmt: skip
    assert join(session, None).currency == "EUR"


def test_every_invitation_of_an_address_to_a_job_is_found(session: Any) -> None:
    first, _ = joining.invite(session, "d@example.org", by=olga(session), at=NOON, job_id="one")
    second, _ = joining.invite(session, "D@example.org", by=olga(session), at=NOON)
    joining.invite(session, "other@example.org", by=olga(session), at=NOON, job_id="two")
    assert [one.id for one in joining.to_jobs(session, second)] == [first.id]


def test_joining_is_kept_in_the_history(session: Any) -> None:
    person = bob(session)
    kinds = session.scalars(select(Event.kind).where(Event.subject_id == person.id)).all()
    assert kinds == ["person.joined"]


def test_the_last_operator_stays_operator(session: Any) -> None:
    operator, person = olga(session), alice(session)
    with pytest.raises(Refused, match=r"operator.last"):
        accounts.set_powers(
            session, operator, operator=False, bookkeeper=True, by=operator, at=NOON
        )
    accounts.set_powers(session, person, operator=True, bookkeeper=False, by=operator, at=NOON)
    accounts.set_powers(session, operator, operator=False, bookkeeper=False, by=person, at=NOON)
    assert not operator.is_operator


def test_freelancers_are_found_by_all_words_without_marks(session: Any) -> None:
    person = someone(session, "Zoë Núñez", hires=False)
    accounts.describe(
        session, person, name="Zoë Núñez", headline="Brand & type", about="", skills="Logo, Type",
        hires=False, works=True, zone="UTC", currency="USD", locale="en", report_weekday=0,
    )  # fmt: skip
    bob(session)
    alice(session)
    assert [row.id for row in reads.freelancers(session, "NUNEZ logo")] == [person.id]
    assert reads.freelancers(session, "nunez welding") == []
    assert reads.freelancers(session, "100%") == []


def test_lists_go_on_after_the_last_name(session: Any) -> None:
    for name in ("Ada", "Ben", "Cleo"):
        someone(session, name)
    first = reads.freelancers(session, limit=2)
    rest = reads.freelancers(session, after=(first[-1].name, first[-1].id))
    assert [row.name for row in first + rest] == ["Ada", "Ben", "Cleo"]


def test_the_board_lists_who_has_not_come_yet(session: Any) -> None:
    operator = olga(session)
    alice(session)
    joining.invite(session, "dana@example.org", by=operator, at=NOON)
    joining.invite(session, "dana@example.org", by=operator, at=NOON + timedelta(hours=1))
    rows = reads.invited(session, NOON + timedelta(days=1))
    assert [row.email for row in rows] == ["dana@example.org"]
    assert reads.invited(session, NOON + timedelta(days=40)) == []
