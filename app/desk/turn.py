"""Whose turn it is, and what to do: a pure function over a few facts of an engagement.

The workroom shows the first card; the desk is the list of all cards that wait for its reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from app.desk.cards import Action, Also, Card, Facts, Shows
from app.desk.disputing import disputing
from app.desk.funding import may_arrive
from app.desk.working import asked, working


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
            Also(
                "Then:" if other.mine else "Under way:",
                _untitled(other.title),
                other.actions[0].href,
            )
            for other in rest
            if (other.mine or other.kind == "coming") and other.actions
        ),
    )


def cards(facts: Facts, show: Shows) -> list[Card]:
    """Everything that waits in a workroom: the reader's own turns first, weightiest first."""
    if facts.state == "negotiating":
        return [*_negotiating(facts, show), *may_arrive(facts, show)]
    if facts.state == "active":
        every = [
            *_answering(facts, show), *asked(facts, show), *disputing(facts, show),
            *working(facts, show), *_reporting(facts), *may_arrive(facts, show),
        ]  # fmt: skip
        return sorted(every, key=lambda one: (not one.mine, ORDER.index(one.kind)))
    return [*_closed(facts, show), *may_arrive(facts, show)]


ORDER = (
    "dispute", "missing", "review", "answer", "ask", "fund", "change", "report", "submit",
    "answering", "bank", "work", "coming",
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
