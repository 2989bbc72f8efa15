"""Deciding by link from a letter: safe to open, once, bound to what was shown."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import brotli
import pytest
from sqlalchemy import select

from app.escrow.milestones import submissions
from app.escrow.models import Milestone, Payment, Submission
from app.kernel.events import Event
from app.mail.models import Letter
from app.people.models import Board, Link, Person
from app.scheduler import clockwork
from app.scheduler.chores import LETTERS
from app.talk.models import File
from app.terms import negotiation
from app.terms.models import Revision
from app.workroom import reports
from app.workroom.models import StatusReport
from tests import rooms, stories

NOW = datetime.now(UTC).replace(microsecond=0)


class Mail:
    """The letters in the board's folder, after a tick."""

    def __init__(self, app: Any, story: Any, home: str = "http://localhost") -> None:
        self.app, self.story, self.home = app, story, home

    def link(self, notice: str, at: datetime | None = None) -> str:
        """Let letters out, and give the path of the link in the newest one of a notice."""
        clockwork.tick(self.app, at, (LETTERS,))
        with self.story() as session:
            letter_id = session.scalar(
                select(Letter.id)
                .where(Letter.notice == notice, Letter.state == "sent")
                .order_by(Letter.created_at.desc(), Letter.id)
            )
        assert letter_id, f"no letter {notice}"
        path = self.app.config["MILEPOST"].letters_dir / f"{letter_id}.eml"
        post = message_from_bytes(path.read_bytes(), policy=policy.default)
        body = post.get_body(("plain",)).get_content()
        found = re.search(re.escape(self.home) + r"(/links/\S+)", body)
        assert found, body
        return found[1]


@pytest.fixture
def mail(app: Any, story: Any) -> Mail:
    return Mail(app, story)


def press(client: Any, path: str, act: str, **fields: str) -> Any:
    """Open the page, and press one of its buttons."""
    html = client.get(path).text
    nonce = re.search(r'name="nonce" value="([^"]+)"', html)
    assert nonce, html
    return client.post(path.partition("?")[0], data={"nonce": nonce[1], "act": act, **fields})


def submitted(story: Any, **milestone: Any) -> Any:
    with story() as session:
        room = rooms.agreed(session, at=NOW)
        rooms.pays(room, room.milestones[0], at=NOW)
        submissions.submit(
            session, room.milestones[0], note="Six sketches.", files=[stories.stored("a.pdf")],
            by=room.freelancer, at=NOW,
        )  # fmt: skip
        room.first_id = room.milestones[0].id
    return room


def proposed(story: Any) -> Any:
    with story() as session:
        room = rooms.negotiated(session, at=NOW)
        revision = negotiation.send(session, room.engagement, by=room.client, at=NOW)
        room.revision_id = revision.id
    return room


def count(story: Any) -> tuple[int, ...]:
    """How many rows of what a decision would write."""
    with story() as session:
        return tuple(
            len(session.execute(select(kind)).all()) for kind in (Event, Link, Letter, Payment)
        )


def test_opening_a_link_changes_nothing_and_shows_what_is_decided(
    client: Any, mail: Mail, story: Any
) -> None:
    submitted(story)
    path = mail.link("submitted")
    before = count(story)
    for _ in range(3):
        page = client.get(path)
        client.head(path)
    assert count(story) == before
    assert page.status_code == 200
    for words in ("Approve “Start fee deposit”?", "Six sketches.", "a.pdf", "$75.00", "Alice Ruiz"):
        assert words in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "script" not in page.text


def test_approving_by_link_releases_and_leads_to_funding_the_next(
    client: Any, mail: Mail, story: Any
) -> None:
    room = submitted(story)
    path = mail.link("submitted")
    assert press(client, path, "approve").status_code == 303
    page = client.get(path)
    assert page.status_code == 200
    assert "“Start fee deposit” is approved" in page.text and "$75.00 is released" in page.text
    upcoming = re.search(r'href="(/links/[^"]+)">Fund “6 concepts”', page.text)
    assert upcoming
    with story() as session:
        assert session.get_one(Milestone, room.first_id).state == "released"
        told = session.scalars(select(Event).where(Event.kind == "milestone.approved")).one()
        assert (told.actor_id, told.told["way"]) == (room.client.id, "link")
    assert "Fund “6 concepts”" in client.get(upcoming[1]).text
    assert press(client, upcoming[1], "fund", method="bank").status_code == 303
    bank = client.get(upcoming[1]).text
    with story() as session:
        payment = session.scalars(select(Payment).where(Payment.state != "settled")).one()
    assert "Waiting for your bank" in bank and payment.reference in bank
    assert "Fund “6 concepts”" not in client.get(path).text


def test_a_link_works_once_however_often_it_is_posted(client: Any, mail: Mail, story: Any) -> None:
    submitted(story)
    path = mail.link("submitted")
    page = client.get(path).text
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)
    assert nonce
    for _ in range(3):
        answer = client.post(path, data={"nonce": nonce[1], "act": "approve"})
        assert answer.status_code == 303
        assert client.get(answer.location).status_code == 200
    with story() as session:
        kinds = session.scalars(select(Event.kind)).all()
    assert kinds.count("milestone.released") == 1


def test_changes_need_words_and_keep_what_was_typed(client: Any, mail: Mail, story: Any) -> None:
    room = submitted(story)
    path = mail.link("submitted")
    empty = press(client, path, "changes", reason="  ")
    assert empty.status_code == 422 and "What should change is needed" in empty.text
    long = press(client, path, "changes", reason="y" * 100_000)
    assert long.status_code == 422 and "yyyy" in long.text
    assert press(client, path, "changes", reason="A bolder line.").status_code == 303
    assert "Changes are requested" in client.get(path).text
    with story() as session:
        submission = session.scalars(select(Submission)).one()
        assert (submission.state, submission.reason) == ("changes_requested", "A bolder line.")
        assert session.get_one(Milestone, room.first_id).state == "funded"


def test_only_the_page_of_the_link_can_post(client: Any, mail: Mail, story: Any) -> None:
    submitted(story)
    path = mail.link("submitted")
    for nonce in ("", "x", "ü"):
        assert client.post(path, data={"act": "approve", "nonce": nonce}).status_code == 400
    assert client.post("/links/unknown", data={"act": "approve"}).status_code == 404
    assert press(client, path, "accept").status_code == 400  # another question's button


def test_an_unknown_link_says_so(client: Any, mail: Mail, story: Any) -> None:
    submitted(story)
    mail.link("submitted")
    page = client.get("/links/not-a-token")
    assert page.status_code == 404 and "This link is not known" in page.text


def test_work_that_was_taken_back_can_no_longer_be_approved(
    client: Any, mail: Mail, story: Any
) -> None:
    room = submitted(story)
    path = mail.link("submitted")
    nonce = re.search(r'name="nonce" value="([^"]+)"', client.get(path).text)
    assert nonce
    with story() as session:
        submission = session.scalars(select(Submission)).one()
        bob = session.get_one(Person, room.freelancer.id)
        submissions.withdraw(session, submission, by=bob, at=NOW)
    answer = client.post(path, data={"act": "approve", "nonce": nonce[1]})
    assert answer.status_code == 303
    page = client.get(path)
    assert page.status_code == 410 and "taken back" in page.text
    assert "Send a new link" not in page.text
    with story() as session:
        again = session.get_one(Milestone, room.first_id)
        bob = session.get_one(Person, room.freelancer.id)
        submissions.submit(session, again, note="Again.", by=bob, at=NOW)
    assert "Send a new link" in client.get(path).text  # there is something to decide again


def test_a_link_is_bound_to_the_amount_that_was_shown(client: Any, mail: Mail, story: Any) -> None:
    room = submitted(story)
    path = mail.link("submitted")
    with story() as session:
        session.get_one(Milestone, room.first_id).amount_minor = 7400
    page = client.get(path)
    assert page.status_code == 410 and "has changed since" in page.text


def test_an_ended_link_offers_a_new_one_to_the_same_address(
    client: Any, mail: Mail, story: Any
) -> None:
    submitted(story)
    path = mail.link("submitted")
    with story() as session:
        for link in session.scalars(select(Link)):
            link.expires_at = NOW - timedelta(minutes=1)
    page = client.get(path)
    assert page.status_code == 410 and "This link has ended" in page.text
    for _ in range(3):  # pressed again and again: one letter
        answer = press(client, path, "new")
    assert "A new link is on its way to a…@example.org" in client.get(answer.location).text
    fresh = mail.link("new_link")
    assert fresh != path
    with story() as session:
        letters = session.scalars(select(Letter).where(Letter.notice == "new_link")).all()
        assert [one.to_address for one in letters] == ["alice@example.org"]
    press(client, fresh, "approve")
    assert "is approved" in client.get(fresh).text


def test_a_link_can_be_cancelled(client: Any, mail: Mail, story: Any) -> None:
    submitted(story)
    path = mail.link("submitted")
    press(client, path, "cancel")
    page = client.get(path)
    assert page.status_code == 410 and "You cancelled it" in page.text
    with story() as session:
        assert session.scalars(select(Submission)).one().state == "waiting"


def test_files_of_the_submission_and_no_others_come_with_the_link(
    client: Any, mail: Mail, story: Any, settings: Any
) -> None:
    from io import BytesIO

    from app.adapters.storage_local import LocalStorage
    from app.talk import files

    room = submitted(story)
    LocalStorage(settings.files_dir).put(BytesIO(b"bytes"), 100, "a.pdf")
    with story() as session:
        bob = session.get_one(Person, room.freelancer.id)
        other = files.attach(
            session, stories.stored("b.pdf"), place_kind="workroom", place_id=room.engagement.id,
            by=bob, at=NOW,
        ).id  # fmt: skip
        mine = session.scalars(select(File.id).where(File.name == "a.pdf")).one()
    path = mail.link("submitted")
    got = client.get(f"{path}/files/{mine}")
    assert got.data == b"bytes" and "attachment" in got.headers["Content-Disposition"]
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert client.get(f"{path}/files/{other}").status_code == 404
    press(client, path, "approve")
    assert client.get(f"{path}/files/{mine}").status_code == 404


def test_above_the_boards_limit_a_link_asks_for_sign_in(
    client: Any, signed_in: Any, mail: Mail, story: Any
) -> None:
    room = submitted(story)
    with story() as session:
        session.get_one(Board, 1).link_limit_minor = 7499
    path = mail.link("submitted")
    page = client.get(path).text
    assert "Approve and release" not in page and "/sign-in?next=/submissions/" in page
    assert press(client, path, "approve").status_code == 409
    ana = signed_in(room.client)
    assert "Approve and release" in ana.get(path).text
    mallory = signed_in(room.freelancer)
    assert "Approve and release" not in mallory.get(path).text


def test_terms_are_accepted_by_link(client: Any, mail: Mail, story: Any) -> None:
    room = proposed(story)
    path = mail.link("terms_proposed")
    page = client.get(path).text
    for words in ("Accept terms no. 1?", "6 concepts", "$400.00", "Nothing is refunded"):
        assert words in page
    assert press(client, path, "accept").status_code == 303
    assert "Terms no. 1 are accepted" in client.get(path).text
    with story() as session:
        revision = session.get_one(Revision, room.revision_id)
        assert (revision.state, revision.decided_by_way) == ("accepted", "link")


def test_declining_terms_by_link_takes_a_reason(client: Any, mail: Mail, story: Any) -> None:
    room = proposed(story)
    path = mail.link("terms_proposed")
    assert press(client, path, "decline").status_code == 422
    assert press(client, path, "decline", reason="Too soon.").status_code == 303
    with story() as session:
        revision = session.get_one(Revision, room.revision_id)
        assert (revision.state, revision.reason) == ("declined", "Too soon.")


def test_terms_that_were_withdrawn_cannot_be_accepted(client: Any, mail: Mail, story: Any) -> None:
    room = proposed(story)
    path = mail.link("terms_proposed")
    with story() as session:
        revision = session.get_one(Revision, room.revision_id)
        alice = session.get_one(Person, room.client.id)
        negotiation.withdraw(session, revision, by=alice, at=NOW)
    page = client.get(path)
    assert page.status_code == 410
    assert "Accept terms</button>" not in page.text


def test_a_report_is_filed_by_link(client: Any, mail: Mail, story: Any) -> None:
    with story() as session:
        room = rooms.agreed(session, at=NOW - timedelta(days=8))
        rooms.pays(room, room.milestones[0], at=NOW - timedelta(days=8))
        week = "{}-W{:02d}".format(*(NOW - timedelta(days=7)).isocalendar())
        assert reports.ask(session, room.engagement, week, at=NOW)
    path = mail.link("report_asked")
    assert "Status report, week" in client.get(path).text
    assert press(client, path, "report", done="", hours="x").status_code == 422
    kept = press(client, path, "report", done="Sketches", hours="nonsense")
    assert kept.status_code == 422 and "Sketches" in kept.text
    assert press(client, path, "report", done="Sketches", hours="7.5").status_code == 303
    assert "Your report is sent" in client.get(path).text
    with story() as session:
        report = session.scalars(select(StatusReport)).one()
        assert (report.done, report.minutes, report.week) == ("Sketches", 450, week)


def test_nothing_this_week_is_one_press(client: Any, mail: Mail, story: Any) -> None:
    with story() as session:
        room = rooms.agreed(session, at=NOW - timedelta(days=8))
        rooms.pays(room, room.milestones[0], at=NOW - timedelta(days=8))
        week = "{}-W{:02d}".format(*(NOW - timedelta(days=7)).isocalendar())
        reports.ask(session, room.engagement, week, at=NOW)
    press(client, mail.link("report_asked"), "quiet")
    with story() as session:
        assert session.scalars(select(StatusReport)).one().quiet_week


def test_test_money_funds_by_link_at_once(client: Any, mail: Mail, story: Any) -> None:
    with story() as session:
        room = rooms.agreed(session, at=NOW)
        first_id = room.milestones[0].id
    path = mail.link("please_fund")
    assert press(client, path, "fund", method="gold").status_code == 422
    assert press(client, path, "fund", method="test").status_code == 303
    assert "“Start fee deposit” is funded" in client.get(path).text
    with story() as session:
        assert session.get_one(Milestone, first_id).state == "funded"


@pytest.mark.parametrize(
    ("notice", "arrange"), [("submitted", submitted), ("terms_proposed", proposed)]
)
def test_a_link_page_arrives_in_the_first_flight_of_packets(
    client: Any, mail: Mail, story: Any, notice: str, arrange: Any
) -> None:
    arrange(story)
    page = client.get(mail.link(notice))
    assert len(brotli.compress(page.data)) + 1000 < 14_600
    assert not re.search(r"<(link|script|img)[^>]+(src|href)=\"(?!data:)", page.text)
