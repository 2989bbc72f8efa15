"""What a card is made of: the facts of an engagement, its posts, and the card itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from app.escrow.balance import OPEN, Balanced
from app.escrow.under_way import Coming


class Shows(Protocol):
    """How the reader sees amounts and days."""

    def money(self, amount_minor: int | None, currency: str) -> str: ...

    def day(self, value: date | datetime | None) -> str: ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """The one proposed revision, and whose answer it waits for."""

    id: str
    number: int
    by_side: str
    at: datetime
    total_minor: int


@dataclass(frozen=True, slots=True)
class Post(Balanced):
    """A milestone with its money, its open payment and its newest submission."""

    id: str
    position: int
    title: str
    amount_minor: int
    state: str
    due: date | None = None
    held_minor: int = 0
    fundable_at: datetime | None = None
    funded_at: datetime | None = None
    closed_at: datetime | None = None
    paying_since: datetime | None = None
    submission_id: str | None = None
    submission_number: int = 0
    submission_state: str = ""
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    released_minor: int = 0
    ask_id: str | None = None
    asked_at: datetime | None = None
    ask_until: datetime | None = None
    gone_back_minor: int = 0
    disputed_minor: int = 0
    dispute_id: str | None = None
    dispute_state: str = ""
    dispute_side: str = ""
    dispute_turn: str = ""
    disputed_at: datetime | None = None
    dispute_until: datetime | None = None
    clock_since: datetime | None = None
    paying_by: str = ""
    answered_at: datetime | None = None
    sealed_by: str = ""
    """The side whose sealed number waits for the other's."""
    whole_since: datetime | None = None
    first_funded_at: datetime | None = None
    covered_minor: int = 0
    """What of its need payments may still bring that nobody waits for any more."""

    @property
    def asked_minor(self) -> int:
        """What its client is asked for: what it lacks beyond what may still arrive."""
        return self.lacks_minor - self.covered_minor

    @property
    def open(self) -> bool:
        """Whether the work is agreed and not closed yet."""
        return self.state in OPEN


def funded_words(one: Balanced, currency: str, show: Shows) -> str:
    """`$100.00 of $150.00 funded` for what is partly funded; empty for all else."""
    if not one.is_partly_funded:
        return ""
    funded, whole = (show.money(minor, currency) for minor in (one.funded_minor, one.whole_minor))
    return f"{funded} of {whole} funded"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the card needs to know of one engagement, as one of its two people sees it."""

    engagement_id: str
    title: str
    state: str
    side: str
    other_name: str
    currency: str
    created_at: datetime
    activated_at: datetime | None = None
    closed_at: datetime | None = None
    waiting: Waiting | None = None
    last_number: int | None = None
    last_state: str = ""
    last_at: datetime | None = None
    posts: tuple[Post, ...] = ()
    report_week: str | None = None
    report_since: datetime | None = None
    feedback_until: datetime | None = None
    feedback_left: bool = False
    review_days: int | None = None
    at: datetime | None = None
    coming: tuple[Coming, ...] = ()
    """Payments that terms made moot, and that may still arrive."""

    @property
    def client(self) -> bool:
        """Whether the reader is the client."""
        return self.side == "client"


@dataclass(frozen=True, slots=True)
class Action:
    """A button of a card: a link, or (with `post`) a form of one button."""

    label: str
    href: str
    post: bool = False
    first: bool = False
    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One thing to do (`mine`) or to wait for. `short` and `what` are its words on the desk."""

    kind: str
    mine: bool
    title: str
    text: str
    since: datetime | None
    actions: tuple[Action, ...] = ()
    short: str = ""
    what: str = ""
    since_text: str = ""
    also: tuple[Also, ...] = ()


@dataclass(frozen=True, slots=True)
class Also:
    """Another thing of the same workroom that waits, in one line."""

    lead: str
    title: str
    href: str
