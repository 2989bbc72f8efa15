"""States as people read them: a word, the look of its pill, and the sign on the road."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask

from app.blueprints.locale import formats
from app.desk.cards import funded_words
from app.escrow.balance import Balanced


@dataclass(frozen=True, slots=True)
class Mark:
    """How one state is shown. `post` is the road's class, `sign` the road in plain text."""

    word: str
    look: str = ""
    post: str = ""
    sign: str = "○"


MARKS = {
    # milestones
    "proposed": Mark("Proposed", "waits"),
    "planned": Mark("Not funded"),
    "partly_funded": Mark("Partly funded", "waits", "partly", "◔"),
    "partly_submitted": Mark("Submitted", "funded", "submitted partly", "◔"),
    "funded": Mark("Funded", "funded", "funded", "◐"),
    "submitted": Mark("Submitted", "funded", "submitted", "◐"),
    "released": Mark("Released", "released", "released", "●"),
    "approved": Mark("Approved", "released", "released", "●"),
    "checkpoint": Mark("Checkpoint"),
    "cancelled": Mark("Cancelled", "stopped", "stopped", "×"),
    # terms
    "draft": Mark("Draft"),
    "accepted": Mark("In force", "funded"),
    "countered": Mark("Countered"),
    "declined": Mark("Declined", "stopped"),
    "withdrawn": Mark("Withdrawn"),
    "lapsed": Mark("Lapsed"),
    "replaced": Mark("Replaced"),
    # jobs and proposals
    "open": Mark("Open", "funded"),
    "awarded": Mark("Awarded", "released"),
    "closed": Mark("Closed"),
    "shortlisted": Mark("Shortlisted", "waits"),
    "selected": Mark("Selected", "released"),
    # engagements
    "negotiating": Mark("Agreeing terms", "waits"),
    "active": Mark("Work under way", "funded"),
    "finished": Mark("Finished", "released"),
    "ended": Mark("Ended"),
    # submissions and money outside
    "waiting": Mark("Waiting", "waits"),
    "changes_requested": Mark("Changes requested", "waits"),
    "part_released": Mark("Part released", "waits"),
    "refused": Mark("Refused", "stopped"),
    "overtaken": Mark("Overtaken"),
    "granted": Mark("Sent back", "released"),
    "started": Mark("Started"),
    "pending": Mark("Waiting for the bank", "waits"),
    "may_arrive": Mark("May still arrive", "waits"),
    "settled": Mark("Settled", "released"),
    "answered": Mark("Answered", "waits"),
    "called": Mark("Arbiter called", "waits"),
    "ruled": Mark("Ruled", "released"),
    "failed": Mark("Failed", "stopped"),
    "exported": Mark("On its way", "waits"),
    "booked": Mark("Confirmed", "released"),
    "suspense": Mark("Unmatched", "waits"),
    "sent_back": Mark("Sent back"),
    "aside": Mark("Ignored"),
    "asked": Mark("Asked for", "waits"),
    "paid": Mark("Paid", "released"),
}


def mark_of(state: str) -> Mark:
    """The mark of a state; an unknown state is shown by its own name."""
    return MARKS.get(state) or Mark(state.replace("_", " ").capitalize())


def road_text(states: Iterable[str]) -> str:
    """The road in signs, for lists and plain text.

    >>> road_text(["released", "submitted", "planned"])
    '●◐○'
    """
    return "".join(mark_of(state).sign for state in states)


def road_words(states: Iterable[str]) -> str:
    """The same said aloud: `2 of 5 released, 1 submitted`."""
    all_of_them = [mark_of(state).word.lower() for state in states]
    done = sum(word in ("released", "approved") for word in all_of_them)
    said = [f"{done} of {len(all_of_them)} released"]
    for word in ("submitted", "funded", "partly funded"):
        if count := all_of_them.count(word):
            said.append(f"{count} {word}")
    return ", ".join(said)


def shown_funds(one: Balanced, currency: str) -> str:
    """`$100.00 of $150.00 funded`, as the reader writes money, for what is partly funded."""
    return funded_words(one, currency, formats())


def said_of(field: Any, attributes: dict[str, Any], hint: str = "") -> dict[str, Any]:
    """The attributes of a control: what describes it, whether it is wrong, whether it is needed."""
    said = dict(attributes)
    described = [f"{field.id}-hint"] if hint else []
    if field.errors:
        described.append(f"{field.id}-error")
        said["aria-invalid"] = "true"
    if described:
        said["aria-describedby"] = " ".join(described)
    if getattr(field, "needed", False):
        said["aria-required"] = "true"
    return said


def init_app(app: Flask) -> None:
    """The functions that the macros use."""
    import secrets

    app.jinja_env.globals.update(
        mark_of=mark_of,
        shown_funds=shown_funds,
        said_of=said_of,
        new_key=lambda: secrets.token_urlsafe(9),
    )
