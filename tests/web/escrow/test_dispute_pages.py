"""A dispute through the pages, without a script: from the money page to the arbiter's ruling."""

from __future__ import annotations

import io
import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.escrow.disputes.models import Dispute, DisputeOffer
from app.escrow.models import Milestone, Transfer
from app.mail.models import Letter
from app.people.models import Person
from app.scheduler import clockwork
from app.talk import messages
from app.talk.models import Conversation, File
from app.terms import negotiation
from tests import rooms
from tests.disputes import answered, called, opened
from tests.people import carol, mallory
from tests.stories import rewrite
from tests.web.escrow.test_the_money_pages import balance_of, send, soup

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def told(story: Any) -> Any:
    """The first milestone submitted, the second funded; Alice wrote a message."""
    with story() as session:
        room = rooms.agreed(session)
        first, second = room.milestones[:2]
        rooms.pays(room, first)
        rooms.pays(room, second)
        room.submission_id = rooms.submits(room, first).id
        talk = session.get_one(Conversation, room.engagement.conversation_id)
        messages.post(
            session, talk, "The mark is blurred.", by=room.client, at=NOW,
            stream=room.engagement.stream,
        )  # fmt: skip
        room.ids = [one.id for one in room.milestones]
        room.id = room.engagement.id
        room.stranger, room.colleague = mallory(session), carol(session)
        room.colleague.is_operator = True
    return room


def begun(story: Any, told: Any, how: Any, amount: int = 4000) -> str:
    """A dispute about the first milestone, as far as `how` leads it; its id."""
    with story() as session:
        room = rooms.Room(
            session, session.merge(told.engagement), session.merge(told.client),
            session.merge(told.freelancer), session.merge(told.operator),
        )  # fmt: skip
        return str(how(room, amount).id)


def the(story: Any, dispute_id: str) -> Dispute:
    with story() as session:
        found: Dispute = session.get_one(Dispute, dispute_id)
        return found


def test_the_whole_way_from_the_money_page_to_the_ruling(
    signed_in: Any, story: Any, told: Any
) -> None:
    alice, bob, olga = (signed_in(one) for one in (told.client, told.freelancer, told.operator))
    link = soup(alice.get(f"/workrooms/{told.id}/money")).find("a", string="Open a dispute")
    choices = soup(alice.get(link["href"])).find_all("a", string="Start fee deposit")
    assert choices
    opened_ = send(
        alice, choices[0]["href"], "Open a dispute", Sum_in_dispute="40", What_went_wrong="Blurred."
    )
    assert "The sum is frozen. The other side is told." in opened_.text
    assert "has until" in soup(opened_).text
    page = opened_.request.path
    money = soup(alice.get(f"/workrooms/{told.id}/money")).text
    assert "$40.00 is frozen until it is over" in money and "Of it in dispute$40.00" in money
    assert "In escrow$150.00" in money.replace("\n", "")
    assert "Your turn: answer the dispute" in bob.get(f"/workrooms/{told.id}").text
    assert "Answer</b>: $40.00 of Start fee deposit" in bob.get("/").text
    send(bob, page, "Answer", Your_answer="It is sharp.")
    send(alice, page, "Offer", To_the_freelancer="10")
    after = send(bob, page, "Offer", To_the_freelancer="30")
    assert "Your offer is sent." in after.text
    assert "Accept what Bob Okafor stands for" in alice.get(page).text
    send(alice, page, "Call the arbiter")
    assert "Rule on a dispute" in olga.get("/").text
    taken = send(olga, "/board/disputes", "Take it on")
    assert "The mark is blurred." in taken.text and "It is sharp." in taken.text
    ruled = send(olga, taken.request.path, "Rule", To_the_freelancer="20", Reasons="Half and half.")
    assert "Ruled. Both sides are told." in ruled.text
    for browser in (alice, bob):
        said = browser.get(page).text
        assert "Half and half." in said and "$20.00</b> to Bob Okafor" in said
        history = browser.get(f"/workrooms/{told.id}/history").text
        assert "ruled on the dispute about “Start fee deposit”: $20.00 to the freelancer" in history
    assert balance_of(story, told.freelancer) == 2000
    statement = alice.get(f"/workrooms/{told.id}/money").text
    for words in ("Frozen by a dispute", "Released to the freelancer, after a dispute",
                  "On its way back to the client, after a dispute",
                  "$20.00 went back after a dispute"):  # fmt: skip
        assert words in statement, words
    for link in soup(alice.get(f"/workrooms/{told.id}/money")).find_all("a", string="Receipt"):
        assert alice.get(link["href"]).status_code == 200, link
    assert "The mark is blurred." not in olga.get(taken.request.path).text


@pytest.mark.parametrize("how", [opened, called, None])
def test_every_page_of_a_dispute_has_headings_that_name_it_and_are_in_order(
    signed_in: Any, story: Any, told: Any, how: Any
) -> None:
    alice, olga = signed_in(told.client), signed_in(told.operator)
    milestone, job = "“Start fee deposit”", "Logo design for a bakery"
    pages = [
        (alice, f"/workrooms/{told.id}/disputes/new", "Open a dispute"),
        (alice, f"/milestones/{told.ids[0]}/disputes/new", f"Dispute about {milestone}"),
        (olga, "/board/disputes", "The board"),
    ]
    if how:
        dispute_id = begun(story, told, how)
        pages += [(alice, f"/disputes/{dispute_id}", f"Dispute about {milestone}")]
    if how is called:
        page = f"/board/disputes/{dispute_id}"
        pages += [(olga, page, f"Dispute about {milestone} in {job}")]
    for browser, page, first in pages:
        headings = soup(browser.get(page)).find_all(re.compile(r"^h\d$"))
        assert headings[0].text == first, page
        levels = [0, *(int(one.name[1]) for one in headings)]
        steps = [after - before for before, after in itertools.pairwise(levels)]
        assert max(steps) <= 1 and levels.count(1) == 1, (page, levels)


def test_the_letters_of_each_step_go_out(app: Any, signed_in: Any, story: Any, told: Any) -> None:
    alice, bob, olga = (signed_in(one) for one in (told.client, told.freelancer, told.operator))
    page = f"/milestones/{told.ids[0]}/disputes/new"
    page = send(
        alice, page, "Open a dispute", Sum_in_dispute="40", What_went_wrong="x"
    ).request.path
    send(bob, page, "Answer", Your_answer="y")
    send(bob, page, "Enter number", Sealed_number="30")
    send(alice, page, "Enter number", Sealed_number="20")
    send(bob, page, "Offer", To_the_freelancer="30")
    send(alice, page, "Call the arbiter")
    send(olga, "/board/disputes", "Take it on")
    send(alice, page, "Accept")
    clockwork.tick(app, None)
    with story() as session:
        rows = session.execute(
            select(Letter.notice, Person.name)
            .join(Person, Person.id == Letter.person_id)
            .where(Letter.notice.startswith("dispute_"))
        )
        found = sorted((notice, name.split()[0]) for notice, name in rows)
    assert found == sorted([
        ("dispute_opened", "Bob"), ("dispute_answered", "Alice"), ("dispute_number", "Alice"),
        ("dispute_not_met", "Alice"), ("dispute_not_met", "Bob"), ("dispute_offer", "Alice"),
        ("dispute_called", "Bob"), ("dispute_to_rule", "Olga"), ("dispute_to_rule", "Carol"),
        ("dispute_taken", "Alice"), ("dispute_taken", "Bob"),
        ("dispute_settled", "Alice"), ("dispute_settled", "Bob"),
    ])  # fmt: skip


def test_files_come_along_as_evidence_and_only_the_arbiter_reads_them(
    signed_in: Any, story: Any, told: Any
) -> None:
    alice = signed_in(told.client)
    answer = alice.post(
        f"/milestones/{told.ids[0]}/disputes",
        data={"amount": "40", "reason": "See.", "files": (io.BytesIO(b"png"), "blurred.png")},
        content_type="multipart/form-data", follow_redirects=True,
    )  # fmt: skip
    page = answer.request.path
    assert (
        "blurred.png" in answer.text and "blurred.png" in signed_in(told.freelancer).get(page).text
    )
    with story() as session:
        file_id = session.scalars(select(File.id).where(File.name == "blurred.png")).one()
    olga, carol_ = signed_in(told.operator), signed_in(told.colleague)
    case = f"/board/disputes/{page.rpartition('/')[2]}"
    send(signed_in(told.freelancer), page, "Answer", Your_answer="y")
    send(alice, page, "Call the arbiter")
    seen = [case, f"/files/{file_id}"]
    assert [olga.get(one).status_code for one in seen] == [404, 404], "not before taking it on"
    send(olga, "/board/disputes", "Take it on")
    assert [olga.get(one).status_code for one in seen] == [200, 200]
    assert [carol_.get(one).status_code for one in seen] == [404, 404]
    for browser in (olga, carol_):
        assert browser.get(f"/workrooms/{told.id}/messages").status_code == 404
        assert browser.get(page).status_code == 404
    assert carol_.post(f"/board/disputes/{case.rpartition('/')[2]}/arbiter").status_code == 409
    send(olga, case, "Rule", To_the_freelancer="0", Reasons="Blurred indeed.")
    assert olga.get(f"/files/{file_id}").status_code == 404, "not after it is over"


def test_a_stranger_meets_404(signed_in: Any, story: Any, told: Any) -> None:
    dispute_id = begun(story, told, called)
    stranger = signed_in(told.stranger)
    paths = [f"/disputes/{dispute_id}", f"/board/disputes/{dispute_id}", "/board/disputes"]
    paths += [f"/milestones/{told.ids[0]}/disputes/new", f"/workrooms/{told.id}/disputes/new"]
    for path in paths:
        assert stranger.get(path).status_code == 404, path
    for noun in ("answer", "offers", "acceptance", "numbers", "call", "withdrawal"):
        answer = stranger.post(f"/disputes/{dispute_id}/{noun}", data={"amount": "1", "words": "x"})
        assert answer.status_code == 404, noun
    for noun in ("arbiter", "ruling"):
        assert stranger.post(f"/board/disputes/{dispute_id}/{noun}").status_code == 404


def test_two_tabs_settle_once(signed_in: Any, story: Any, told: Any) -> None:
    dispute_id = begun(story, told, answered)
    alice, page = signed_in(told.client), f"/disputes/{dispute_id}"
    first = alice.post(f"{page}/acceptance", data={"shown": "4000"})
    second = alice.post(f"{page}/acceptance", data={"shown": "4000"})
    assert (first.status_code, second.status_code) == (303, 409)
    for noun, data in (
        ("offers", {"amount": "1"}), ("numbers", {"number": "1"}), ("call", {}), ("withdrawal", {}),
        ("answer", {"words": "x"}),
    ):  # fmt: skip
        assert alice.post(f"{page}/{noun}", data=data).status_code == 409, noun
    new = f"/milestones/{told.ids[0]}/disputes"
    assert alice.post(new, data={"amount": "35", "reason": "x"}).status_code == 303, "the rest"
    assert alice.post(new, data={"amount": "35", "reason": "x"}).status_code == 409
    assert balance_of(story, told.freelancer) == 4000
    with story() as session:
        keys = select(Transfer.key).where(Transfer.key.startswith("release:dispute:"))
        assert len(session.scalars(keys).all()) == 1


def test_an_offer_that_changed_is_not_accepted(signed_in: Any, story: Any, told: Any) -> None:
    dispute_id = begun(story, told, answered)
    alice, bob = signed_in(told.client), signed_in(told.freelancer)
    bob.post(f"/disputes/{dispute_id}/offers", data={"amount": "30"})
    for shown in ("4000", "", "x", "9" * 30, "-1"):
        answer = alice.post(f"/disputes/{dispute_id}/acceptance", data={"shown": shown})
        assert answer.status_code == 409 and "made another offer" in answer.text
    assert the(story, dispute_id).state == "answered"


def test_an_unanswered_dispute_waits_and_then_says_what_may_be_done(
    signed_in: Any, story: Any, told: Any
) -> None:
    dispute_id = begun(story, told, lambda room, amount: opened(room, amount, at=NOW))
    alice, page = signed_in(told.client), f"/disputes/{dispute_id}"
    assert "Call the arbiter" not in alice.get(page).text
    early = alice.post(f"{page}/call")
    assert early.status_code == 409 and "The other side has until" in early.text
    with story() as session:
        session.execute(update(Dispute).values(answer_due_at=NOW - timedelta(days=1)))
    assert "Bob Okafor has not answered in time." in alice.get(f"/workrooms/{told.id}").text
    assert "Call the arbiter" in alice.get(page).text
    assert alice.post(f"{page}/call").status_code == 303


def test_withdrawing_frees_the_sum(signed_in: Any, story: Any, told: Any) -> None:
    dispute_id = begun(story, told, answered)
    page = f"/disputes/{dispute_id}"
    assert "Withdraw the dispute" not in signed_in(told.freelancer).get(page).text
    assert signed_in(told.freelancer).post(f"{page}/withdrawal").status_code in (403, 409, 422)
    done = send(signed_in(told.client), page, "Withdraw the dispute")
    assert "The sum is in escrow as before." in done.text
    approved = send(signed_in(told.client), f"/submissions/{told.submission_id}",
                    "Approve and release")  # fmt: skip
    assert "is approved" in approved.text
    assert balance_of(story, told.freelancer) == 7500


def test_the_review_page_says_what_is_in_dispute(signed_in: Any, story: Any, told: Any) -> None:
    begun(story, told, answered)
    alice, page = signed_in(told.client), f"/submissions/{told.submission_id}"
    shown = alice.get(page).text
    assert "Approve and release" not in shown and "$40.00 is" in shown and "in dispute" in shown
    refused = alice.post(f"{page}/approval")
    assert (
        refused.status_code == 409 and "$40.00 of “Start fee deposit” is in dispute" in refused.text
    )
    assert "Ask for it back" not in shown
    late = alice.post(f"{page}/part", data={"amount": "20", "rest": "ask_back", "why": "Thin."})
    assert late.status_code == 422 and (
        'id="rest-error">Some of the money of “Start fee deposit” is in dispute. Keep the rest in '
        "escrow until that is over.<" in late.text
    )
    assert 'value="20"' in late.text and "Thin." in late.text
    part = send(alice, page, "Release part", Amount_to_release="35", Why_not_all_of_it="The rest.")
    assert "$35.00 of “Start fee deposit” is released" in part.text
    assert balance_of(story, told.freelancer) == 3500


def test_a_board_whose_operators_are_all_parties_says_so(
    signed_in: Any, story: Any, told: Any
) -> None:
    dispute_id = begun(story, told, answered)
    with story() as session:
        session.execute(update(Person).values(is_operator=False))
        session.execute(update(Person).where(Person.id == told.client.id).values(is_operator=True))
    bob = signed_in(told.freelancer)
    shown = bob.get(f"/disputes/{dispute_id}").text
    assert "Everybody who runs this board is a party" in shown and "Call the arbiter" not in shown
    refused = bob.post(f"/disputes/{dispute_id}/call")
    assert refused.status_code in (403, 409, 422) and "nobody can" in refused.text
    assert signed_in(told.client).get(f"/board/disputes/{dispute_id}").status_code == 404


def test_a_sealed_number_is_on_no_page(signed_in: Any, story: Any, told: Any) -> None:
    dispute_id = begun(story, told, answered, 7431)
    alice, bob, olga = (signed_in(one) for one in (told.client, told.freelancer, told.operator))
    page = f"/disputes/{dispute_id}"
    done = send(alice, page, "Enter number", Sealed_number="17.29")
    assert "Your number is kept" in done.text
    again = alice.post(f"{page}/numbers", data={"number": "18.00"})
    assert again.status_code == 409 and "come back tomorrow" in again.text
    send(bob, page, "Call the arbiter")
    send(olga, "/board/disputes", "Take it on")
    addresses = [
        page, "/", f"/workrooms/{told.id}", f"/milestones/{told.ids[0]}", "/payments",
        *(f"/workrooms/{told.id}/{tab}" for tab in ("money", "messages", "history", "files",
                                                    "terms", "reports", "money.csv")),
        f"/submissions/{told.submission_id}", "/board", "/board/disputes", "/board/money",
        f"/board/disputes/{dispute_id}", "/board/checks", "/board/letters",
    ]  # fmt: skip
    for browser in (alice, bob, olga):
        for address in addresses:
            text = browser.get(address).text
            assert "17.29" not in text and "1729" not in text, address
    assert "Alice Ruiz has entered a number" in bob.get(page).text
    met = send(bob, page, "Enter number", Sealed_number="10")
    assert "Your numbers met" in met.text and "$13.64</b> to Bob Okafor" in met.text
    assert balance_of(story, told.freelancer) == 1364


def test_an_offer_out_of_range_stays_in_its_form(signed_in: Any, story: Any, told: Any) -> None:
    dispute_id = begun(story, told, answered)
    answer = signed_in(told.client).post(f"/disputes/{dispute_id}/offers", data={"amount": "40"})
    assert answer.status_code == 422 and 'value="40"' in answer.text
    assert "more than $0.00 and less than $40.00" in answer.text
    with story() as session:
        assert session.scalars(select(DisputeOffer)).all() == []
        assert session.get_one(Milestone, told.ids[0]).state == "submitted"


def test_the_terms_page_shows_a_disputed_line_as_fixed_and_says_why_terms_cannot_be_accepted(
    signed_in: Any, story: Any, told: Any
) -> None:
    with story() as session:
        room = rooms.Room(
            session, session.merge(told.engagement), session.merge(told.client),
            session.merge(told.freelancer), session.merge(told.operator),
        )  # fmt: skip
        rewrite(session, room.engagement, room.client, change={1: {"amount_minor": 5000}})
        revision = negotiation.send(session, room.engagement, by=room.client, at=NOW)
        opened(room, 4000)
        revision_id = revision.id
    bob, page = signed_in(told.freelancer), f"/workrooms/{told.id}/terms"
    shown = soup(bob.get(page)).text
    assert "“Start fee deposit”, whose money is in dispute" in shown
    assert "In dispute cannot change" in " ".join(shown.split())
    refused = bob.post(f"/revisions/{revision_id}/acceptance")
    assert refused.status_code == 409
    assert "The money of “Start fee deposit” is in dispute" in refused.text
