"""Release part, pay a bonus, ask for money back, and end early, without a script."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.escrow.models import Milestone, MoneyAsk, Payment
from app.scheduler import clockwork
from tests import rooms
from tests.people import mallory
from tests.web.escrow.test_the_money_pages import balance_of, send, soup
from tests.web.mail.test_links import NOW, Mail, press

KEEP = "Keep it in escrow for rework"
BACK = "Ask for it back (silence for 7 days sends it back)"


@pytest.fixture
def told(story: Any) -> Any:
    """The first milestone submitted, the second funded."""
    with story() as session:
        room = rooms.agreed(session, at=NOW)
        first, second = room.milestones[:2]
        rooms.pays(room, first, at=NOW)
        rooms.pays(room, second, at=NOW)
        room.submission_id = rooms.submits(room, first, at=NOW).id
        room.ids = [one.id for one in room.milestones]
        room.id = room.engagement.id
        room.stranger = mallory(session)
    return room


def state(story: Any, milestone_id: str) -> str:
    with story() as session:
        return str(session.get_one(Milestone, milestone_id).state)


def ask_id(story: Any) -> str:
    with story() as session:
        return str(session.scalars(select(MoneyAsk.id).where(MoneyAsk.state == "waiting")).one())


def test_part_is_released_on_the_review_page_and_the_milestone_stays_open(
    signed_in: Any, story: Any, told: Any
) -> None:
    alice, page = signed_in(told.client), f"/submissions/{told.submission_id}"
    answer = send(
        alice, page, "Release part", Amount_to_release="30", Why_not_all_of_it="Half is right.",
        **{KEEP: True},
    )  # fmt: skip
    assert "$30.00 of “Start fee deposit” is released" in answer.text
    assert "Part released" in answer.text and "$30.00 of $75.00 is released so far" in answer.text
    assert balance_of(story, told.freelancer) == 3000
    bob = signed_in(told.freelancer)
    assert "Alice Ruiz released part" in bob.get(f"/workrooms/{told.id}").text
    assert state(story, told.ids[0]) == "funded"
    milestone = soup(bob.get(f"/milestones/{told.ids[0]}")).text
    assert "Released so far$30.00" in milestone
    history = bob.get(f"/workrooms/{told.id}/history").text
    assert "Alice Ruiz released $30.00, a part of “Start fee deposit”; $45.00 stays" in history


@pytest.mark.parametrize(
    ("amount", "why", "words"),
    [
        ("80", "x", "$75.00 is in escrow. Type less."),
        ("75", "x", "Approve it instead"),
        ("0", "x", "The least is $0.01."),
        ("30", "", "Why not all of it is needed."),
    ],
)
def test_a_part_that_cannot_be_is_refused_beside_its_field(
    signed_in: Any, story: Any, told: Any, amount: str, why: str, words: str
) -> None:
    answer = signed_in(told.client).post(
        f"/submissions/{told.submission_id}/part",
        data={"amount": amount, "rest": "keep", "why": why},
    )
    assert answer.status_code == 422 and words in answer.text
    assert f'value="{amount}"' in answer.text
    assert balance_of(story, told.freelancer) == 0


def test_part_is_released_by_a_link_from_the_letter(
    client: Any, app: Any, story: Any, told: Any
) -> None:
    path = Mail(app, story).link("submitted")
    refused = press(client, path, "part", amount="75", rest="keep", why="x")
    assert refused.status_code == 422 and "Approve it instead" in refused.text
    done = press(client, path, "part", amount="30", rest="ask_back", why="Half is right.")
    assert done.status_code == 303
    page = client.get(path).text
    assert "$30.00 is released" in page and "The milestone stays open" in page
    assert balance_of(story, told.freelancer) == 3000
    with story() as session:
        ask = session.scalars(select(MoneyAsk)).one()
        assert (ask.scope, ask.state) == ("rest", "waiting")


def test_a_bonus_by_bank_waits_and_goes_to_the_freelancer(
    signed_in: Any, story: Any, told: Any
) -> None:
    alice, page = signed_in(told.client), f"/workrooms/{told.id}/bonus"
    link = soup(alice.get(f"/milestones/{told.ids[0]}")).find("a", string="Pay a bonus")
    assert link and link["href"] == f"{page}?milestone={told.ids[0]}"
    answer = send(alice, link["href"], "Pay a bonus", Amount="20", Comment="Lovely")
    assert "Waiting for your bank" in answer.text and "bonus for “Start fee deposit”" in answer.text
    assert "Waiting for your bank" in alice.get(page).text
    assert "(bonus)" in alice.get("/payments").text
    assert page in alice.get(f"/workrooms/{told.id}/money").text
    with story() as session:
        reference = session.scalars(select(Payment.reference).where(Payment.bonus)).one()
    olga = signed_in(told.operator)
    send(olga, f"/board/money?reference={reference}", "Confirm received", Paid_by="A")
    assert balance_of(story, told.freelancer) == 2000
    assert "Bonus to the freelancer" in alice.get(f"/workrooms/{told.id}/money").text
    history = alice.get(f"/workrooms/{told.id}/history").text
    assert "You paid a bonus of $20.00 for “Start fee deposit”" in history


def test_a_bonus_of_test_money_is_paid_at_once(signed_in: Any, story: Any, told: Any) -> None:
    alice, page = signed_in(told.client), f"/workrooms/{told.id}/bonus"
    answer = send(
        alice, page, "Pay a bonus", Amount="20",
        **{"Test money (at once; nothing here is real)": True},
    )  # fmt: skip
    assert "$20.00 is paid as a bonus." in answer.text
    assert balance_of(story, told.freelancer) == 2000
    short = alice.post(page, data={"amount": "", "milestone": "", "method": "bank"})
    assert short.status_code == 422 and "Amount is needed." in short.text
    assert signed_in(told.freelancer).get(page).status_code == 403


def test_the_client_asks_for_money_back_and_the_freelancer_refuses(
    signed_in: Any, story: Any, told: Any
) -> None:
    alice, bob = signed_in(told.client), signed_in(told.freelancer)
    money = soup(alice.get(f"/workrooms/{told.id}/money"))
    new = money.find("a", string="Ask for money back")
    assert new, "the money tab leads there"
    page = soup(alice.get(new["href"])).text
    assert "6 concepts, $75.00" in page and "Start fee deposit," not in page
    answer = send(alice, new["href"], "Ask for money back", Reason="Plans changed")
    assert "The money is asked back." in answer.text
    assert "Your turn: Alice Ruiz asks for $75.00 back" in bob.get(f"/workrooms/{told.id}").text
    desk = bob.get("/").text
    assert "$75.00 asked back, until" in desk
    asked = f"/asks/{ask_id(story)}"
    assert "Plans changed" in bob.get(asked).text
    empty = bob.post(f"{asked}/refusal", data={"reason": ""})
    assert empty.status_code == 422 and "Reason is needed." in empty.text
    assert "The money stays in escrow." in send(bob, asked, "Refuse", Reason="I began").text
    assert "I began" in alice.get(asked).text
    assert state(story, told.ids[1]) == "funded"
    assert signed_in(told.stranger).get(asked).status_code == 404


def test_the_freelancer_sends_it_back_now(signed_in: Any, story: Any, told: Any) -> None:
    alice, bob = signed_in(told.client), signed_in(told.freelancer)
    send(alice, f"/workrooms/{told.id}/asks/new", "Ask for money back", Reason="Plans")
    asked = f"/asks/{ask_id(story)}"
    assert alice.post(f"{asked}/agreement").status_code == 403
    assert bob.post(f"{asked}/withdrawal").status_code == 403
    assert "goes back to the client" in send(bob, asked, "Send it back now").text
    assert state(story, told.ids[1]) == "cancelled"
    again = bob.post(f"{asked}/agreement", follow_redirects=True)
    assert again.status_code == 409 and "does not wait any more" in again.text


def test_the_client_withdraws_the_ask(signed_in: Any, story: Any, told: Any) -> None:
    alice = signed_in(told.client)
    send(alice, f"/workrooms/{told.id}/asks/new", "Ask for money back", Reason="Plans")
    asked = f"/asks/{ask_id(story)}"
    assert "Withdrawn. The money stays in escrow." in send(alice, asked, "Withdraw the ask").text
    nothing = alice.post(f"/workrooms/{told.id}/asks", data={"reason": "x"})
    assert nothing.status_code == 422 and "Tick at least one." in nothing.text


def test_the_pages_of_the_end_say_what_each_side_may_do(
    signed_in: Any, story: Any, told: Any
) -> None:
    alice, bob, page = signed_in(told.client), signed_in(told.freelancer), None
    page = f"/workrooms/{told.id}/ending"
    stopped = soup(alice.get(page))
    assert "Work waits for your review." in stopped.text
    assert stopped.find("a", string="Ask for money back")
    assert "$75.00 goes back to the client" in bob.get(page).text
    answer = send(bob, page, "End this engagement", Reason="No time")
    assert "What was not submitted is ended." in answer.text
    assert [state(story, one) for one in told.ids[:3]] == ["submitted", "cancelled", "cancelled"]
    assert "You ended what was not submitted" in bob.get(f"/workrooms/{told.id}/history").text


def test_the_client_ends_by_asking_first(signed_in: Any, app: Any, story: Any) -> None:
    with story() as session:
        room = rooms.agreed(session, at=NOW)
        rooms.pays(room, room.milestones[0], at=NOW)
        room_id = room.engagement.id
    alice, page = signed_in(room.client), f"/workrooms/{room_id}/ending"
    assert "Bob Okafor is asked first" in alice.get(page).text
    empty = alice.post(page, data={"how": "ask", "reason": ""})
    assert empty.status_code == 422 and "Say in a few words why" in empty.text
    assert "asked back" in send(alice, page, "Ask for money back", Reason="Plans").text
    assert "asked back already" in alice.get(page).text
    clockwork.tick(app)
    letters = app.config["MILEPOST"].letters_dir
    assert any("asks for $75.00 back" in one.read_text() for one in letters.glob("*.eml"))
