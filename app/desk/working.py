"""Whose turn it is with a milestone: to fund, hand in, review, or answer an ask for money back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from app.desk.cards import Action, Card, Facts, Post, Shows
from app.escrow.provider import CARD
from app.escrow.under_way import Coming


def asked(facts: Facts, show: Shows) -> Iterator[Card]:
    """Money that the client asks back, until the freelancer answers or seven days have passed."""
    for post in facts.posts:
        if not post.ask_id:
            continue
        amount, page = show.money(post.held_minor, facts.currency), f"/asks/{post.ask_id}"
        day = show.day(post.ask_until)
        if facts.client:
            yield Card(
                "answering", False,
                f"Waiting for {facts.other_name} to answer about {amount} of “{post.title}”",
                f"Without an answer it goes back to you on {day}.",
                post.asked_at,
                (Action("Open the ask", page),),
            )  # fmt: skip
        else:
            yield Card(
                "ask", True,
                f"Your turn: {facts.other_name} asks for {amount} back",
                f"It is in escrow for “{post.title}”. Send it back, refuse, or hand the work in. "
                f"Without an answer it goes back on {day}.",
                post.asked_at,
                (Action("Answer", page, first=True),),
                "Answer", f"{amount} asked back, until {day}",
            )  # fmt: skip


def working(facts: Facts, show: Shows) -> Iterator[Card]:
    """One card for each milestone that somebody can do something about now."""
    behind = True
    for post in facts.posts:
        if not post.open:
            continue
        if post.state == "submitted":
            yield _review(facts, post, show)
        elif post.state == "planned" and post.amount_minor:
            if post.fundable_at or post.paying_since:
                yield _fund(facts, post, show)
        elif post.ask_id:  # its card offers to hand in, too
            pass
        elif post.state == "funded" or behind:  # a checkpoint is worked on once it is next
            yield _submit(facts, post, show)
        behind = False


def _review(facts: Facts, post: Post, show: Shows) -> Card:
    page = f"/submissions/{post.submission_id}"
    amount = show.money(post.owed_minor if not post.dispute_id else post.held_minor, facts.currency)
    if not facts.client:
        return Card(
            "answering", False,
            f"Waiting for {facts.other_name} to review “{post.title}”",
            f"You submitted it on {show.day(post.submitted_at)}."
            + (f" {amount} is in escrow." if post.amount_minor else ""),
            post.submitted_at,
            (Action("Open the submission", page),),
        )  # fmt: skip
    money = (
        f" {amount} is in escrow." if post.amount_minor else " It is a checkpoint; no money moves."
    ) + _clock(facts, post, show)
    return Card(
        "review", True,
        f"Your turn: review “{post.title}”",
        f"{facts.other_name} submitted it on {show.day(post.submitted_at)}.{money}",
        post.submitted_at,
        (Action("Review work", page, first=True),),
        "Review work", _what(post, amount),
    )  # fmt: skip


def _clock(facts: Facts, post: Post, show: Shows) -> str:
    """Whether silence decides, and when; only after a last letter (RULES, Review clock)."""
    if post.dispute_id:
        return f" {show.money(post.disputed_minor, facts.currency)} is in dispute besides."
    if not facts.review_days or not post.submitted_at:
        return " Nothing is released without you." if post.amount_minor else ""
    began = max(post.submitted_at, post.clock_since or post.submitted_at)
    day = show.day(began + timedelta(days=facts.review_days))
    return f" Without your answer it is approved by itself on {day}, after a last letter."


def _fund(facts: Facts, post: Post, show: Shows) -> Card:
    page = f"/milestones/{post.id}/funding"
    waited = facts.client and post.asked_minor
    asked = post.asked_minor if waited else post.lacks_minor
    missing = show.money(asked, facts.currency)
    partly = asked < post.amount_minor
    of = f" of {show.money(post.amount_minor, facts.currency)}" if partly else ""
    if not facts.client:
        under_way = post.paying_since or post.covered_minor
        bank = " The payment is on its way." if under_way else ""
        return Card(
            "bank" if under_way else "answering", False,
            f"Waiting for {facts.other_name} to fund “{post.title}”",
            f"{missing}{of} is missing.{bank} You have no duty to start before it is funded.",
            post.paying_since or post.fundable_at,
            (Action("Open the milestone", f"/milestones/{post.id}"),),
        )  # fmt: skip
    if post.paying_since:
        return Card(
            "bank", False,
            f"Waiting for your {_payer(post.paying_by)}: “{post.title}”",
            f"{missing}{of} is expected. It counts as funded when it has arrived.",
            post.paying_since,
            (Action("Show the payment", page),),
        )  # fmt: skip
    coming = [one for one in facts.coming if post.id in one.milestone_ids]
    if coming and not post.asked_minor:
        return Card(
            "bank", False, f"Waiting for your {_payer(coming[0].provider)}: “{post.title}”",
            f"{_may_arrive(coming[0], show)} It is all that “{post.title}” needs. If you have not "
            "sent it, say so; then you are asked again.",
            coming[0].started_at, _not_sent(coming[0]),
        )  # fmt: skip
    beyond = f" {_may_arrive(coming[0], show)} This is needed beyond it." if coming else ""
    return Card(
        "fund", True,
        f"Your turn: fund “{post.title}”",
        f"{missing}{of} goes into escrow and stays there until you approve the work. "
        f"{facts.other_name} need not start before.{beyond}",
        post.fundable_at,
        (Action("Fund", page, first=True), *(_not_sent(coming[0]) if coming else ())),
        "Fund", _what(post, missing),
    )  # fmt: skip


def coming(facts: Facts, show: Shows) -> Iterator[Card]:
    """The client's payments that nothing waits for any more, and that may still arrive."""
    waiting = {one.id for one in facts.posts if one.lacks_minor and one.fundable_at}
    for one in facts.coming if facts.client else ():
        if waiting.intersection(one.milestone_ids):
            continue  # its milestone's card speaks of it
        yield Card(
            "coming", False, f"{show.money(one.amount_minor, one.currency)} may still arrive",
            f"{_may_arrive(one, show)} It is no longer needed as it was. If you have not sent it, "
            "say so.",
            one.started_at, _not_sent(one),
        )  # fmt: skip


def _may_arrive(one: Coming, show: Shows) -> str:
    kind = "A card payment" if one.provider == CARD else "A transfer"
    amount = show.money(one.amount_minor, one.currency)
    return f"{kind} of {amount}, reference {one.reference}, is under way and may still arrive."


def _not_sent(one: Coming) -> tuple[Action, ...]:
    label = "I have not paid it" if one.provider == CARD else "I have not sent it"
    return (
        Action("Show the payment", f"/payments/{one.id}"),
        Action(label, f"/payments/{one.id}/cancellation", post=True),
    )


def _submit(facts: Facts, post: Post, show: Shows) -> Card:
    again = post.submission_state in ("changes_requested", "part_released")
    asked = "released part" if post.submission_state == "part_released" else "asked for changes"
    amount = show.money(post.escrow_minor or post.owed_minor, facts.currency)
    due = f" Due {show.day(post.due)}." if post.due else ""
    held = f" {amount} is in escrow." if post.amount_minor else " It is a checkpoint; no money."
    since = post.decided_at if again else post.funded_at or facts.activated_at
    submit = Action("Submit work", f"/milestones/{post.id}/submissions/new", first=True)
    milestone = Action("Open the milestone", f"/milestones/{post.id}")
    if facts.client:
        doing = "is asked to change" if again else "works on"
        return Card(
            "work", False, f"{facts.other_name} {doing} “{post.title}”",
            f"You will be told when it is submitted.{due}{held}",
            since, (milestone,),
        )  # fmt: skip
    if again:
        return Card(
            "change", True, f"Your turn: change “{post.title}”",
            f"{facts.other_name} {asked} on {show.day(post.decided_at)}.{held}",
            since,
            (submit, Action("Read what should change", f"/submissions/{post.submission_id}")),
            "Change", _what(post, amount),
        )  # fmt: skip
    return Card(
        "submit", True, f"Your turn: work on “{post.title}”", f"{due}{held}".strip(),
        since, (submit, milestone), "Submit work", _what(post, amount),
    )  # fmt: skip


def _what(post: Post, amount: str) -> str:
    return f"{post.title}, {amount}" if post.amount_minor else post.title


def _payer(provider: str) -> str:
    """Who has to move when a payment is under way."""
    return "card payment" if provider == CARD else "bank"
