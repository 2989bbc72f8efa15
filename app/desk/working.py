"""Whose turn it is with a milestone: to fund, hand in, review, or answer an ask for money back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from app.desk.cards import Action, Card, Facts, Post, Shows, funded_words
from app.desk.funding import coming_minor, fund, fund_missing, named, to_submit
from app.escrow.milestones.submissions import clock_began


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
            yield from _submitted(facts, post, show)
        elif post.ask_id:  # its card offers to hand in, too
            pass
        elif post.is_partly_funded:
            yield fund_missing(facts, post, show)
            if _again(post) and not facts.client:
                yield _submit(facts, post, show)
        elif post.state == "planned" and post.amount_minor:
            if post.fundable_at or post.paying_since:
                yield fund(facts, post, show)
        elif post.state == "funded" or behind:  # a checkpoint is worked on once it is next
            yield _submit(facts, post, show)
        behind = False


def _submitted(facts: Facts, post: Post, show: Shows) -> Iterator[Card]:
    """To review; and, where money is missing, to fund first."""
    if post.lacks_minor and facts.client:
        yield fund_missing(facts, post, show)
    yield _review(facts, post, show)


def _review(facts: Facts, post: Post, show: Shows) -> Card:
    page = f"/submissions/{post.submission_id}"
    handed_in = f"submitted it on {show.day(post.submitted_at)}."
    if not facts.client:
        return Card(
            "answering", False,
            f"Waiting for {facts.other_name} to review “{post.title}”",
            f"You {handed_in}{_in_escrow(facts, post, show)}{_still_missing(facts, post, show)}",
            post.submitted_at,
            (Action("Open the submission", page),),
        )  # fmt: skip
    money = _in_escrow(facts, post, show) or " It is a checkpoint; no money moves."
    shown = show.money(post.held_minor, facts.currency)
    return Card(
        "review", True,
        f"Your turn: review “{post.title}”",
        f"{facts.other_name} {handed_in}{money}{_clock(facts, post, show)}",
        post.submitted_at,
        (Action("Review work", page, first=True),),
        "Review work", named(post, funded_words(post, facts.currency, show) or shown),
    )  # fmt: skip


def _in_escrow(facts: Facts, post: Post, show: Shows) -> str:
    """What is there for it, as the ledger has it; nothing for a checkpoint."""
    if not post.amount_minor:
        return ""
    if words := funded_words(post, facts.currency, show):
        return f" {words}."
    return f" {show.money(post.held_minor, facts.currency)} is in escrow."


def _still_missing(facts: Facts, post: Post, show: Shows) -> str:
    if not post.lacks_minor:
        return ""
    missing = show.money(post.lacks_minor, facts.currency)
    if coming_minor(post) == post.lacks_minor:
        return f" The missing {missing} is on its way."
    return f" {facts.other_name} is asked for the missing {missing}."


def _clock(facts: Facts, post: Post, show: Shows) -> str:
    """Whether silence decides, and when; only after a last letter (RULES, Review clock)."""
    if post.dispute_id:
        return f" {show.money(post.disputed_minor, facts.currency)} is in dispute besides."
    if post.lacks_minor:
        return " You can release part of it, or say what should change; approving needs it all."
    if not facts.review_days or not post.submitted_at:
        return " Nothing is released without you." if post.amount_minor else ""
    began = clock_began(post.submitted_at, post.whole_since, post.clock_since)
    day = show.day(began + timedelta(days=facts.review_days))
    return f" Without your answer it is approved by itself on {day}, after a last letter."


def _submit(facts: Facts, post: Post, show: Shows) -> Card:
    again = _again(post)
    asked = "released part" if post.submission_state == "part_released" else "asked for changes"
    amount = show.money(post.escrow_minor, facts.currency)
    due = f" Due {show.day(post.due)}." if post.due else ""
    held = f" {amount} is in escrow." if post.amount_minor else " It is a checkpoint; no money."
    if words := funded_words(post, facts.currency, show):
        amount, held = words, f" {words}."
    since = post.decided_at if again else post.funded_at or facts.activated_at
    submit = to_submit(post)
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
            "Change", named(post, amount),
        )  # fmt: skip
    return Card(
        "submit", True, f"Your turn: work on “{post.title}”", f"{due}{held}".strip(),
        since, (submit, milestone), "Submit work", named(post, amount),
    )  # fmt: skip


def _again(post: Post) -> bool:
    """Whether what was handed in last is to be done better."""
    return post.submission_state in ("changes_requested", "part_released")
