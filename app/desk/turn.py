"""Whose turn it is, and what to do: a pure function over a few facts of an engagement.

The workroom shows the first card; the desk is the list of all cards that wait for its reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from app.desk.cards import Action, Also, Card, Facts, Post, Shows
from app.desk.disputing import disputing
from app.escrow.provider import CARD


def card(facts: Facts, show: Shows) -> Card | None:
    """The one card of a workroom: what the reader must do now, or whom they wait for."""
    every = cards(facts, show)
    if not every:
        return None
    first, *rest = every
    lead = "Since" if first.mine else "Waiting since"
    return replace(
        first,
        since_text=f"{lead} {show.day(first.since)}." if first.since else "",
        also=tuple(
            Also("Then:", _untitled(other.title), other.actions[0].href)
            for other in rest
            if other.mine and other.actions
        ),
    )


def cards(facts: Facts, show: Shows) -> list[Card]:
    """Everything that waits in a workroom: the reader's own turns first, weightiest first."""
    if facts.state == "negotiating":
        return list(_negotiating(facts, show))
    if facts.state == "active":
        every = [
            *_answering(facts, show), *_asked(facts, show), *disputing(facts, show),
            *_working(facts, show), *_reporting(facts),
        ]  # fmt: skip
        return sorted(every, key=lambda one: (not one.mine, ORDER.index(one.kind)))
    return list(_closed(facts, show))


ORDER = (
    "dispute", "review", "answer", "ask", "pay", "fund", "change", "report", "submit", "answering",
    "bank", "work",
)  # fmt: skip
"""What comes first where several things wait."""


def _untitled(title: str) -> str:
    return title.removeprefix("Your turn: ")


def _negotiating(facts: Facts, show: Shows) -> Iterator[Card]:
    terms = f"/workrooms/{facts.engagement_id}/terms"
    if facts.waiting:
        yield from _answering(facts, show)
    elif not facts.client:
        yield Card(
            "first_terms", False,
            f"Waiting for {facts.other_name} to send terms",
            "You will be told as soon as they come; then you accept, change or decline them.",
            facts.last_at or facts.created_at,
            (Action("Open the terms", terms),),
        )  # fmt: skip
    elif facts.last_number is None:
        yield Card(
            "first_terms", True,
            "Your turn: review the drafted terms",
            f"They were drafted from the proposal of {facts.other_name}. Read them, change what "
            "you like, and send them. Nothing is agreed before you both accept the same version.",
            facts.created_at,
            (Action("Review terms", terms, first=True),),
            "Review terms", "drafted from the proposal, not sent yet",
        )  # fmt: skip
    else:
        ended = {"declined": "were declined", "withdrawn": "were withdrawn"}
        how = ended.get(facts.last_state, "lapsed")
        yield Card(
            "first_terms", True,
            "Your turn: send other terms",
            f"Terms no. {facts.last_number} {how}. Send others, or end this engagement; the job "
            "then opens again with all its proposals.",
            facts.last_at,
            (Action("Review terms", terms, first=True),),
            "Send other terms", f"no. {facts.last_number} {how}",
        )  # fmt: skip


def _answering(facts: Facts, show: Shows) -> Iterator[Card]:
    found = facts.waiting
    if found is None:
        return
    terms = f"/workrooms/{facts.engagement_id}/terms"
    total = show.money(found.total_minor, facts.currency)
    meanwhile = "" if facts.state == "negotiating" else " Until then the terms in force bind."
    if found.by_side != facts.side:
        yield Card(
            "answer", True,
            f"Your turn: terms no. {found.number} from {facts.other_name}",
            f"The total is {total}. Accept them, propose changes, or decline.{meanwhile}",
            found.at,
            (Action("Review terms", terms, first=True),),
            "Review terms", f"no. {found.number} from {facts.other_name}, {total}",
        )  # fmt: skip
    else:
        yield Card(
            "answering", False,
            f"Waiting for {facts.other_name} to answer terms no. {found.number}",
            f"The total is {total}. You will be told what they say.{meanwhile}",
            found.at,
            (Action("Open the terms", terms),),
        )  # fmt: skip


def _asked(facts: Facts, show: Shows) -> Iterator[Card]:
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


def _working(facts: Facts, show: Shows) -> Iterator[Card]:
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
    missing = show.money(post.lacks_minor, facts.currency)
    partly = post.lacks_minor < post.amount_minor
    of = f" of {show.money(post.amount_minor, facts.currency)}" if partly else ""
    if not facts.client:
        bank = " The payment is on its way." if post.paying_since else ""
        return Card(
            "bank" if post.paying_since else "answering", False,
            f"Waiting for {facts.other_name} to fund “{post.title}”",
            f"{missing}{of} is missing.{bank} You have no duty to start before it is funded.",
            post.paying_since or post.fundable_at,
            (Action("Open the milestone", f"/milestones/{post.id}"),),
        )  # fmt: skip
    if post.paying_since:
        return Card(
            "bank", False,
            f"Waiting for your {_payer(post)}: “{post.title}”",
            f"{missing}{of} is expected. It counts as funded when it has arrived.",
            post.paying_since,
            (Action("Show the payment", page),),
        )  # fmt: skip
    return Card(
        "fund", True,
        f"Your turn: fund “{post.title}”",
        f"{missing}{of} goes into escrow and stays there until you approve the work. "
        f"{facts.other_name} need not start before.",
        post.fundable_at,
        (Action("Fund", page, first=True),),
        "Fund", _what(post, missing),
    )  # fmt: skip


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


def _reporting(facts: Facts) -> Iterator[Card]:
    if facts.client or facts.report_week is None:
        return
    week = facts.report_week.partition("-W")[2].lstrip("0")
    reports = f"/workrooms/{facts.engagement_id}/reports"
    yield Card(
        "report", True,
        f"Your turn: status report, week {week}",
        f"{facts.other_name} reads it: what was done, the hours, what comes next.",
        facts.report_since,
        (
            Action("Write the report", f"{reports}/new?week={facts.report_week}", first=True),
            Action("Nothing this week", reports, post=True, name="quiet", value=facts.report_week),
        ),
        "Status report", f"week {week}",
    )  # fmt: skip


def _closed(facts: Facts, show: Shows) -> Iterator[Card]:
    how = "is finished" if facts.state == "finished" else "has ended"
    feedback = f"/workrooms/{facts.engagement_id}/feedback"
    day = show.day(facts.closed_at)
    open_still = facts.feedback_until and facts.at and facts.at < facts.feedback_until
    if open_still and not facts.feedback_left:
        yield Card(
            "feedback", True, "Your turn: leave feedback",
            f"This work {how}. Say how it went with {facts.other_name}, until "
            f"{show.day(facts.feedback_until)}. Neither sees the other’s before both have written.",
            facts.closed_at,
            (Action("Leave feedback", feedback, first=True),),
            "Leave feedback", f"for {facts.other_name}",
        )  # fmt: skip
    else:
        left = " Your feedback is kept." if facts.feedback_left else ""
        yield Card(
            "closed", False, f"This work {how}",
            f"It closed on {day}. Everything said, filed and paid stays here.{left}",
            None, (Action("Read the feedback", feedback),) if facts.feedback_left else (),
        )  # fmt: skip


def _payer(post: Post) -> str:
    """Who has to move when a payment is under way."""
    return "card payment" if post.paying_by == CARD else "bank"
