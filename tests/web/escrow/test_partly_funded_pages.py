"""A partly funded milestone through all pages and e-mails: no sum that is not in the ledger."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from app.escrow.incoming import chargebacks
from app.escrow.milestones import submissions
from app.escrow.models import Payment
from app.jobs.proposing import LineDraft
from app.mail.models import Letter
from app.scheduler import clockwork
from app.scheduler.chores import LETTERS
from tests import rooms
from tests.partly import raise_to
from tests.web.mail.test_links import Mail, press

NOW = datetime.now(UTC).replace(microsecond=0)
LINES = (LineDraft("Drafts", "", None, 10000), LineDraft("Prints", "", None, 7777))
FUNDED = "$100.00 of $150.00 funded"
WRONG = re.compile(
    r"\$(?:150|50)\.00</?b?>? (?:is|was|stays|lies) in escrow|\$(?:150|50)\.00 in escrow"
    r"|(?<!of )\$150\.00</?b?>? is funded|is funded: \$150"
)
"""What is owed, or what is missing, said to be there."""


@dataclass
class Scene:
    """Browsers of both, ids, and the letters that leave."""

    room: Any
    room_id: str
    first: str
    alice: Any
    bob: Any
    mail: Mail
    submission: str = ""


@pytest.fixture
def scene(app: Any, story: Any, signed_in: Any) -> Scene:
    """$100.00 is held for the first milestone, and then both agree on $150.00."""
    with story() as session:
        room = rooms.agreed(session, lines=LINES, at=NOW)
        rooms.pays(room, room.milestones[0], at=NOW)
        raise_to(room, 15000, at=NOW)
        room_id, first = room.engagement.id, room.milestones[0].id
    browsers = [signed_in(person) for person in (room.client, room.freelancer)]
    return Scene(room, room_id, first, *browsers, Mail(app, story))


def text_of(browser: Any, page: str) -> str:
    answer = browser.get(page, follow_redirects=True)
    assert answer.status_code == 200, (page, answer.status_code)
    assert not WRONG.search(answer.text), (page, WRONG.search(answer.text))
    return " ".join(BeautifulSoup(answer.text, "html.parser").get_text(" ").split())


def letters(scene: Scene, beginning: str = "") -> str:
    """Every letter as text: none names a wrong sum, in text or HTML. The one that begins so."""
    clockwork.tick(scene.mail.app, None, (LETTERS,))
    found: list[str] = []
    with scene.mail.story() as session:
        rows = session.execute(
            select(Letter.id, Letter.notice).where(Letter.state == "sent").order_by(Letter.id)
        ).all()
    for letter_id, notice in rows:
        path = scene.mail.app.config["MILEPOST"].letters_dir / f"{letter_id}.eml"
        post = message_from_bytes(path.read_bytes(), policy=policy.default)
        parts = [post.get_body((kind,)).get_content() for kind in ("plain", "html")]
        if "of $150.00 funded" in parts[0]:  # written after the raise
            for said in (str(post["Subject"]), *parts):
                assert not WRONG.search(said), (notice, said)
        found.append(f"{post['Subject']}\n{parts[0]}")
    return next(one for one in found if one.startswith(beginning))


def pages(scene: Scene) -> list[str]:
    room, first = f"/workrooms/{scene.room_id}", f"/milestones/{scene.first}"
    some = ["/", "/workrooms", room, f"{room}/terms", f"{room}/money", f"{room}/history",
            f"{room}/reports", f"{room}/messages", first, f"{room}/disputes/new",
            f"{first}/disputes/new"]  # fmt: skip
    return [*some, f"/submissions/{scene.submission}"] if scene.submission else some


def submit(scene: Scene) -> None:
    with scene.mail.story() as session:
        milestone = session.get_one(type(scene.room.milestones[0]), scene.first)
        made = submissions.submit(
            session, milestone, note="Here.", by=scene.room.freelancer, at=NOW
        )
        scene.submission = made.id


def test_every_page_and_letter_names_what_is_held_and_no_other_sum(scene: Scene) -> None:
    for handed_in in (False, True):
        if handed_in:
            submit(scene)
        for browser in (scene.alice, scene.bob):
            said = {page: text_of(browser, page) for page in pages(scene)}
            room = f"/workrooms/{scene.room_id}"
            for page in (room, f"{room}/terms", f"{room}/money", f"/milestones/{scene.first}"):
                assert FUNDED in said[page], (page, said[page])
            assert "◔○" in said["/workrooms"]
        letters(scene)


def test_the_state_is_said_in_words_and_drawn_as_a_quarter(scene: Scene) -> None:
    for browser in (scene.alice, scene.bob):
        road = BeautifulSoup(browser.get(f"/workrooms/{scene.room_id}").text, "html.parser").find(
            id="road"
        )
        first = road.find("li")
        assert first["class"] == ["partly"] and "◔" in first.text
        assert f"partly funded · {FUNDED}" in first.text
        terms = text_of(browser, f"/workrooms/{scene.room_id}/terms")
        assert f"Partly funded {FUNDED}" in terms
        assert f"Partly funded {FUNDED}" in text_of(browser, f"/milestones/{scene.first}")


def test_the_client_is_asked_for_the_missing_sum_and_the_freelancer_may_hand_in(
    scene: Scene,
) -> None:
    mine, theirs = (text_of(one, f"/workrooms/{scene.room_id}") for one in (scene.alice, scene.bob))
    assert "Your turn: fund the missing $50.00 of “Drafts”" in mine
    assert "fund the missing $50.00 of “Drafts”" in theirs and "Submit work" in theirs
    assert "need not begin more than is funded" in theirs
    assert "the missing $50.00 of Drafts" in text_of(scene.alice, "/")
    assert "$50.00" in text_of(scene.alice, f"/milestones/{scene.first}/funding")
    form = text_of(scene.bob, f"/milestones/{scene.first}/submissions/new")
    assert FUNDED in form and "Submit work" in form
    asked = letters(scene, "Fund the missing $50.00 of “Drafts”")
    assert "partly funded: $100.00 of $150.00" in asked and f"◔ Drafts: {FUNDED}" in asked


def test_the_page_of_a_submission_offers_fund_and_release_part_and_not_approve(
    scene: Scene,
) -> None:
    submit(scene)
    page = f"/submissions/{scene.submission}"
    shown = BeautifulSoup(scene.alice.get(page).text, "html.parser")
    labels = [one.get_text(strip=True) for one in shown.find_all(["button", "a"])]
    assert "Approve and release" not in labels and "Release part" in labels
    fund = next(one for one in shown.find_all("a") if one.text == "Fund the missing $50.00")
    assert fund["href"] == f"/milestones/{scene.first}/funding"
    for htmx in (False, True):
        headers = {"HX-Request": "true"} if htmx else {}
        token = shown.find("input", {"name": "csrf_token"})
        data = {"amount": "10000"} | ({"csrf_token": token["value"]} if token else {})
        answer = scene.alice.post(f"{page}/approval", data=data, headers=headers)
        assert answer.status_code == 409
        assert "$50.00 more is needed before you can approve" in answer.text
        assert "Fund the missing $50.00" in answer.text


def test_the_letter_of_a_submission_says_what_is_there_and_what_is_missing(scene: Scene) -> None:
    submit(scene)
    letter = letters(scene, "Approve “Drafts”, $100.00 of $150.00 funded, for")
    assert "$50.00 more is needed before you can approve" in letter
    link = scene.mail.link("submitted")
    page = scene.alice.get(link).text
    assert "Approve and release" not in page and "Release part" in page
    assert "Fund the missing $50.00" in page
    refused = press(scene.alice, link, "approve")
    assert refused.status_code == 409
    assert "$50.00 more is needed before you can approve" in refused.text


# -- links that a raise, or a chargeback, makes moot ---------------------------------------


@pytest.fixture
def approvable(app: Any, story: Any, signed_in: Any) -> Scene:
    """$100.00 of $100.00 is held, and the work is submitted."""
    with story() as session:
        room = rooms.agreed(session, lines=LINES, at=NOW)
        rooms.pays(room, room.milestones[0], at=NOW)
        made = rooms.submits(room, room.milestones[0], at=NOW)
        room_id, first, submission = room.engagement.id, room.milestones[0].id, made.id
    browsers = [signed_in(person) for person in (room.client, room.freelancer)]
    return Scene(room, room_id, first, *browsers, Mail(app, story), submission)


def test_a_link_that_a_raise_made_moot_says_so_and_leads_on(approvable: Scene) -> None:
    link = approvable.mail.link("submitted")
    with approvable.mail.story() as session:
        room = rooms.Room(
            session, session.merge(approvable.room.engagement), *map(session.merge, (
                approvable.room.client, approvable.room.freelancer, approvable.room.operator,
            ))
        )  # fmt: skip
        raise_to(room, 15000, at=NOW)
    for answer in (approvable.alice.get(link), press(approvable.alice, link, "approve")):
        if answer.status_code == 303:
            answer = approvable.alice.get(answer.headers["Location"])
        assert "The terms have changed: $50.00 more is needed before you can approve" in answer.text
        assert f'href="/milestones/{approvable.first}/funding"' in answer.text
        assert "Fund the missing $50.00" in answer.text and "Send a new link" in answer.text
    press(approvable.alice, link, "new")
    again = approvable.mail.link("new_link")
    assert FUNDED in approvable.alice.get(again).text


def test_a_link_whose_money_was_charged_back_says_what_is_missing(approvable: Scene) -> None:
    link = approvable.mail.link("submitted")
    page = approvable.alice.get(link).text
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)
    with approvable.mail.story() as session:
        payment = session.scalars(select(Payment)).one()
        operator = session.merge(approvable.room.operator)
        chargebacks.charge_back(session, payment, 4000, reason="So.", by=operator, at=NOW)
    answer = approvable.alice.post(link, data={"nonce": nonce[1], "act": "approve"})  # type: ignore[index]
    assert answer.status_code == 409
    assert "$60.00 of $100.00 is funded for “Drafts”: $40.00 more is needed" in answer.text
    assert "Fund the missing $40.00" in approvable.alice.get(link).text


def test_a_link_to_fund_asks_for_what_is_missing_and_says_when_terms_changed(
    scene: Scene,
) -> None:
    link = scene.mail.link("please_fund")
    page = scene.alice.get(link).text
    assert "$50.00" in page and "$100.00 of $150.00 funded already" in page
    with scene.mail.story() as session:
        room = rooms.Room(
            session, session.merge(scene.room.engagement), *map(session.merge, (
                scene.room.client, scene.room.freelancer, scene.room.operator,
            ))
        )  # fmt: skip
        raise_to(room, 18000, at=NOW + timedelta(seconds=1))
    moved = scene.alice.get(link)
    assert "The terms have changed" in moved.text and "needs $80.00 more now" in moved.text
    assert "Fund the missing $80.00" in moved.text


def test_the_history_names_what_came_and_what_is_missing(
    app: Any, story: Any, signed_in: Any
) -> None:
    with story() as session:
        room = rooms.agreed(session, lines=LINES, at=NOW)
        rooms.pays(room, room.milestones[0], received=9000, at=NOW)
        room_id, first = room.engagement.id, room.milestones[0].id
    browsers = [signed_in(person) for person in (room.client, room.freelancer)]
    scene = Scene(room, room_id, first, *browsers, Mail(app, story))
    said = text_of(scene.bob, f"/workrooms/{room_id}/history")
    assert "“Drafts” is partly funded: $90.00 of $100.00 funded" in said
    letter = letters(scene, "“Drafts” is partly funded: $90.00 of $100.00")
    assert "need not begin more than is funded" in letter
