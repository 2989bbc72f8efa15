"""Whose turn it is: both sides, every state of the work and of the terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.desk.cards import Card, Facts, Post, Waiting
from app.desk.turn import card, cards
from app.escrow.under_way import Coming

pytestmark = pytest.mark.any_database

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)


class Plain:
    """Amounts and days without a locale."""

    def money(self, amount_minor, currency):
        return "" if amount_minor is None else f"{currency} {amount_minor / 100:.2f}"

    def day(self, value):
        return "" if value is None else f"{value.day} {value:%b}"


SHOW = Plain()
NEGOTIATING = Facts("e1", "Logo", "negotiating", "client", "Bob", "USD", NOON, at=LATER)
ACTIVE = replace(NEGOTIATING, state="active", activated_at=NOON, last_number=1)
POST = Post("m1", 1, "6 concepts", 7500, "planned", date(2026, 11, 10))
SENT = Waiting("r1", 1, "client", NOON, 40000)


def other(facts: Facts) -> Facts:
    """The same, as the freelancer sees it."""
    return replace(facts, side="freelancer", other_name="Alice")


def titles(facts: Facts) -> tuple[str, str]:
    """The card of the client and that of the freelancer."""
    mine, theirs = card(facts, SHOW), card(other(facts), SHOW)
    return mine.title if mine else "", theirs.title if theirs else ""


def test_after_select_the_client_reviews_the_drafted_terms():
    assert titles(NEGOTIATING) == (
        "Your turn: review the drafted terms",
        "Waiting for Alice to send terms",
    )


def test_terms_that_were_sent_wait_for_the_other_side():
    assert titles(replace(NEGOTIATING, waiting=SENT)) == (
        "Waiting for Bob to answer terms no. 1",
        "Your turn: terms no. 1 from Alice",
    )


def test_after_first_terms_were_declined_the_client_sends_others():
    facts = replace(NEGOTIATING, last_number=1, last_state="declined", last_at=NOON)
    assert titles(facts) == ("Your turn: send other terms", "Waiting for Alice to send terms")


def test_the_client_funds_the_first_milestone():
    facts = replace(ACTIVE, posts=(replace(POST, fundable_at=NOON),))
    assert titles(facts) == (
        "Your turn: fund “6 concepts”",
        "Waiting for Alice to fund “6 concepts”",
    )


def test_the_freelancer_has_no_duty_to_start_before_funding():
    facts = other(replace(ACTIVE, posts=(replace(POST, fundable_at=NOON),)))
    assert "no duty to start" in card(facts, SHOW).text


def test_a_payment_on_its_way_waits_for_the_bank():
    facts = replace(ACTIVE, posts=(replace(POST, fundable_at=NOON, paying_since=LATER),))
    found = card(facts, SHOW)
    assert (found.title, found.mine) == ("Waiting for your bank: “6 concepts”", False)


def test_a_short_payment_asks_for_the_rest():
    facts = replace(ACTIVE, posts=(replace(POST, fundable_at=NOON, held_minor=5000),))
    mine, theirs = card(facts, SHOW), card(other(facts), SHOW)
    assert mine.title == "Your turn: fund the missing USD 25.00 of “6 concepts”"
    assert theirs.title == "Waiting for Alice to fund the missing USD 25.00 of “6 concepts”"
    for one in (mine, theirs):
        assert one.text.startswith("USD 50.00 of USD 75.00 funded")
    assert "need not begin more than is funded" in theirs.text
    assert theirs.actions[0].label == "Submit work"


def coming(amount_minor: int, milestone_id: str = "m1") -> Coming:
    return Coming("p1", "MP-1", "bank", "USD", amount_minor, NOON, True, "", (milestone_id,))


@pytest.mark.parametrize(
    ("held", "covered", "paying", "said", "unsaid"),
    [
        (
            5000,
            1500,
            False,
            "USD 25.00 is still missing. USD 15.00 of it is on its way",
            "00 is on",
        ),
        (5000, 2500, False, "USD 25.00 is on its way", "missing"),
        (5000, 1500, True, "USD 25.00 is on its way", "missing"),
        (0, 1500, False, "USD 15.00 of it is on its way", "The payment is"),
        (0, 7500, False, "The payment is on its way", "of it"),
    ],
)
def test_the_freelancer_reads_how_much_is_on_its_way(
    held: int, covered: int, paying: bool, said: str, unsaid: str
):
    post = replace(
        POST, fundable_at=NOON, held_minor=held, covered_minor=covered,
        paying_since=LATER if paying else None,
    )  # fmt: skip
    text = card(other(replace(ACTIVE, posts=(post,))), SHOW).text
    assert said in text and unsaid not in text.replace(said, "")


def test_the_card_of_an_open_payment_names_what_may_still_arrive_besides():
    post = replace(POST, fundable_at=NOON, held_minor=5000, covered_minor=1500, paying_since=LATER)
    found = card(replace(ACTIVE, posts=(post,), coming=(coming(1500),)), SHOW)
    assert found.text.startswith("USD 50.00 of USD 75.00 funded. USD 10.00 more is expected.")
    assert "A transfer of USD 15.00, reference MP-1, is under way" in found.text
    assert [one.href for one in found.actions] == ["/milestones/m1/funding", "/payments/p1"]


def test_submitted_work_says_what_of_its_money_is_asked_for():
    post = replace(
        POST, state="submitted", submission_id="s1", submitted_at=NOON, held_minor=5000,
        fundable_at=NOON,
    )  # fmt: skip
    asked = other(replace(ACTIVE, posts=(post,)))
    paying = other(replace(ACTIVE, posts=(replace(post, paying_since=LATER),)))
    assert "Alice is asked for the missing USD 25.00" in card(asked, SHOW).text
    assert "The missing USD 25.00 is on its way" in card(paying, SHOW).text


def test_a_funded_milestone_is_the_freelancers_to_submit():
    facts = replace(ACTIVE, posts=(replace(POST, state="funded", funded_at=NOON),))
    assert titles(facts) == ("Bob works on “6 concepts”", "Your turn: work on “6 concepts”")


def test_submitted_work_is_the_clients_to_review():
    post = replace(POST, state="submitted", submission_id="s1", submitted_at=NOON, held_minor=7500)
    facts = replace(ACTIVE, posts=(post,))
    assert titles(facts) == (
        "Your turn: review “6 concepts”",
        "Waiting for Alice to review “6 concepts”",
    )
    assert card(facts, SHOW).actions[0].href == "/submissions/s1"


def test_requested_changes_are_the_freelancers():
    post = replace(POST, state="funded", submission_id="s1", submission_state="changes_requested")
    facts = replace(ACTIVE, posts=(replace(post, decided_at=LATER),))
    assert titles(facts) == (
        "Bob is asked to change “6 concepts”",
        "Your turn: change “6 concepts”",
    )


def test_a_withdrawn_submission_is_the_freelancers_again():
    post = replace(POST, state="funded", submission_id="s1", submission_state="withdrawn")
    assert titles(replace(ACTIVE, posts=(post,)))[1] == "Your turn: work on “6 concepts”"


def test_a_checkpoint_needs_no_funding():
    facts = replace(ACTIVE, posts=(replace(POST, amount_minor=0),))
    assert titles(facts) == ("Bob works on “6 concepts”", "Your turn: work on “6 concepts”")


def test_a_checkpoint_waits_for_what_is_before_it():
    before = replace(POST, state="funded", funded_at=NOON)
    after = replace(POST, id="m2", position=2, title="Look", amount_minor=0)
    assert len(cards(other(replace(ACTIVE, posts=(before, after))), SHOW)) == 1


def test_submitted_work_that_is_partly_funded_asks_for_the_missing_sum_first():
    post = replace(
        POST, state="submitted", submission_id="s1", submitted_at=NOON, held_minor=5000,
        fundable_at=NOON,
    )  # fmt: skip
    first = card(replace(ACTIVE, posts=(post,)), SHOW)
    assert first.title == "Your turn: fund the missing USD 25.00 of “6 concepts”"
    assert [one.title for one in first.also] == ["review “6 concepts”"]
    review = cards(replace(ACTIVE, posts=(post,), review_days=5), SHOW)[1]
    assert "USD 50.00 of USD 75.00 funded" in review.text
    assert "by itself" not in review.text, "no clock runs"
    theirs = card(other(replace(ACTIVE, posts=(post,))), SHOW)
    assert "Alice is asked for the missing USD 25.00" in theirs.text


def test_changes_to_partly_funded_work_are_the_freelancers():
    post = replace(
        POST, submission_id="s1", submission_state="changes_requested", held_minor=5000,
        decided_at=LATER, fundable_at=NOON,
    )  # fmt: skip
    assert titles(replace(ACTIVE, posts=(post,))) == (
        "Your turn: fund the missing USD 25.00 of “6 concepts”",
        "Your turn: change “6 concepts”",
    )


def test_who_asks_for_money_back_is_not_asked_to_put_more_in():
    post = replace(POST, held_minor=5000, fundable_at=NOON, ask_id="a1", asked_at=LATER)
    assert [one.kind for one in cards(replace(ACTIVE, posts=(post,)), SHOW)] == ["answering"]


def test_the_review_days_of_the_card_count_from_when_the_whole_is_held():
    post = replace(
        POST, state="submitted", submission_id="s1", submitted_at=NOON, held_minor=7500,
        whole_since=NOON + timedelta(days=3),
    )  # fmt: skip
    found = card(replace(ACTIVE, posts=(post,), review_days=5), SHOW)
    assert "by itself on 10 Nov" in found.text


def test_a_change_of_terms_waits_for_its_answer_while_work_goes_on():
    post = replace(POST, state="submitted", submission_id="s1", submitted_at=NOON, held_minor=7500)
    facts = replace(ACTIVE, waiting=replace(SENT, by_side="freelancer"), posts=(post,))
    found = card(facts, SHOW)
    assert found.kind == "review"
    assert [one.title for one in found.also] == ["terms no. 1 from Bob"]


def test_the_report_is_the_freelancers_and_one_press_says_nothing_this_week():
    facts = other(replace(ACTIVE, report_week="2026-W47", report_since=NOON))
    found = card(facts, SHOW)
    assert found.title == "Your turn: status report, week 47"
    assert found.actions[1].post
    assert card(other(facts) if facts.client else replace(facts, side="client"), SHOW) is None


@pytest.mark.parametrize("state", ["finished", "ended"])
def test_after_the_end_both_leave_feedback(state):
    until = NOON + timedelta(days=14)
    facts = replace(ACTIVE, state=state, closed_at=NOON, feedback_until=until)
    assert titles(facts) == ("Your turn: leave feedback",) * 2


def test_feedback_is_asked_for_once_and_for_fourteen_days():
    until = NOON + timedelta(days=14)
    facts = replace(ACTIVE, state="finished", closed_at=NOON, feedback_until=until)
    assert card(replace(facts, feedback_left=True), SHOW).kind == "closed"
    assert card(replace(facts, at=until), SHOW).kind == "closed"


def test_first_terms_that_came_to_nothing_leave_no_feedback():
    facts = replace(NEGOTIATING, state="ended", closed_at=NOON)
    assert titles(facts) == ("This work has ended",) * 2


def test_every_card_of_the_reader_has_a_way_to_act():
    post = replace(POST, state="submitted", submission_id="s1", submitted_at=NOON)
    for facts in (NEGOTIATING, replace(ACTIVE, posts=(post,))):
        for one in (*cards(facts, SHOW), *cards(other(facts), SHOW)):
            assert one.actions
            assert not one.mine or (one.short and one.actions[0].first)


DISPUTED = replace(
    POST, state="funded", held_minor=3500, funded_at=NOON, disputed_minor=4000, dispute_id="d1",
    dispute_state="open", dispute_side="client", dispute_turn="freelancer", disputed_at=NOON,
    dispute_until=NOON + timedelta(days=7),
)  # fmt: skip


def disputed(**how: object) -> Facts:
    """A room whose one milestone is in dispute."""
    return replace(ACTIVE, posts=(replace(DISPUTED, **how),))


def test_an_open_dispute_is_the_other_sides_to_answer():
    mine, theirs = cards(disputed(), SHOW), cards(other(disputed()), SHOW)
    assert mine[0].title == "Waiting for Bob to answer the dispute about “6 concepts”"
    assert "until 9 Nov" in mine[0].text
    assert theirs[0].title == "Your turn: answer the dispute about “6 concepts”"
    assert theirs[0].actions[0].href == "/disputes/d1"


def test_when_no_answer_came_in_time_who_opened_it_goes_on():
    late = replace(disputed(), at=NOON + timedelta(days=8))
    assert titles(late)[0] == "Your turn: the dispute about “6 concepts”"
    assert "Bob has not answered in time." in card(late, SHOW).text
    assert "was over on 9 Nov" in card(other(late), SHOW).text


@pytest.mark.parametrize("turn", ["client", "freelancer"])
def test_after_the_answer_it_goes_to_and_fro(turn):
    facts = disputed(dispute_state="answered", dispute_turn=turn)
    mine = [one for one in cards(facts, SHOW) if one.actions[0].href == "/disputes/d1"]
    theirs = [one for one in cards(other(facts), SHOW) if one.actions[0].href == "/disputes/d1"]
    assert (mine[0].mine, theirs[0].mine) == (turn == "client", turn == "freelancer")


CALLED = {"dispute_state": "called", "dispute_turn": "", "answered_at": LATER}


def about_the_dispute(facts: Facts) -> list[Card]:
    """What the client, and what the freelancer is told of it."""
    return [
        next(one for one in cards(seen, SHOW) if one.actions[0].href == "/disputes/d1")
        for seen in (facts, other(facts))
    ]


def test_both_wait_for_the_arbiter():
    for found in about_the_dispute(disputed(**CALLED)):
        assert (found.title, found.mine) == ("Waiting for the arbiter: “6 concepts”", False)


def test_a_sealed_number_that_waits_is_the_other_sides_turn_though_the_arbiter_was_called():
    mine, theirs = about_the_dispute(disputed(**CALLED, sealed_by="client"))
    assert (mine.mine, theirs.mine) == (False, True)
    assert mine.title == "Waiting for the arbiter: “6 concepts”"
    assert "Your sealed number waits for that of Bob." in mine.text
    assert theirs.title == "Your turn: a sealed number about “6 concepts”"
    assert theirs.text == (
        "Alice has entered one. Yours may settle USD 40.00 before the arbiter rules."
    )
    assert theirs.short == "Enter a number"


def test_a_late_answer_and_a_new_offer_are_turns_though_the_arbiter_was_called():
    mine, theirs = about_the_dispute(disputed(**CALLED | {"answered_at": None}))
    assert (mine.mine, theirs.mine, theirs.short) == (False, True, "Answer")
    mine, theirs = about_the_dispute(disputed(**CALLED | {"dispute_turn": "client"}))
    assert (mine.mine, theirs.mine) == (True, False)
    assert "Bob has moved since the arbiter was called." in mine.text


def test_a_sealed_number_waits_for_the_other_side_whoever_offered_since():
    facts = disputed(dispute_state="answered", dispute_turn="client", sealed_by="client")
    mine, theirs = about_the_dispute(facts)
    assert mine.mine and theirs.mine
    assert "Alice has entered a sealed number." in theirs.text
    assert "has entered" not in mine.text


def test_work_in_dispute_is_not_approved_by_itself():
    facts = replace(
        disputed(state="submitted", submission_id="s1", submitted_at=NOON), review_days=5
    )
    review = next(one for one in cards(facts, SHOW) if one.kind == "review")
    assert "approved by itself" not in review.text and "USD 40.00 is in dispute" in review.text


def test_money_that_is_asked_back_waits_for_one_answer():
    """Not for the change of the part besides: its card offers to hand in, too."""
    post = replace(
        POST, state="funded", submission_id="s1", submission_state="part_released",
        decided_at=NOON, held_minor=2500, ask_id="a1", asked_at=NOON, ask_until=LATER,
    )  # fmt: skip
    facts = replace(ACTIVE, posts=(post,))
    assert [one.kind for one in cards(facts, SHOW)] == ["answering"]
    assert [one.kind for one in cards(other(facts), SHOW)] == ["ask"]
