"""What a milestone holds against what it owes, worked out for verbs, pages and e-mails alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

CLOSED = ("released", "approved", "cancelled")
OPEN = ("planned", "funded", "submitted")
"""States of agreed work that is not closed yet."""


class Balanced:
    """The sums of one milestone as the ledger has them, and what follows from them.

    All are minor units of its currency. `held_minor` is in escrow and free, `disputed_minor` in
    escrow and frozen by a dispute. `gone_back_minor` went back to the client by the end of a
    dispute: nobody owes it any more (decision 0060).
    """

    __slots__ = ()
    state: str
    amount_minor: int
    held_minor: int
    released_minor: int
    gone_back_minor: int
    disputed_minor: int

    @property
    def decided_minor(self) -> int:
        """What of the agreed amount is decided, or in dispute."""
        return self.released_minor + self.gone_back_minor + self.disputed_minor

    @property
    def owed_minor(self) -> int:
        """What the agreed amount still owes the freelancer; nothing that is in dispute."""
        return max(0, self.amount_minor - self.decided_minor)

    @property
    def lacks_minor(self) -> int:
        """What is missing in escrow; nothing where the work is closed, or was never agreed."""
        return max(0, self.owed_minor - self.held_minor) if self.state in OPEN else 0

    @property
    def escrow_minor(self) -> int:
        """All that is in escrow for it, what is in dispute too."""
        return self.held_minor + self.disputed_minor

    @property
    def funded_minor(self) -> int:
        """What was put in for it and is the freelancer's, or still in escrow."""
        return self.escrow_minor + self.released_minor

    @property
    def whole_minor(self) -> int:
        """What `funded_minor` is when nothing is missing."""
        return self.amount_minor - self.gone_back_minor

    @property
    def is_whole(self) -> bool:
        """Whether all of an amount is there; a checkpoint has none."""
        return self.state in OPEN and self.amount_minor > 0 and not self.lacks_minor

    @property
    def is_partly_funded(self) -> bool:
        """Whether it holds some but not all of its amount, however that came about."""
        return self.lacks_minor > 0 and self.escrow_minor > 0

    @property
    def status(self) -> str:
        """The state as people read it: money is never a state of its own, only shown as one."""
        if self.is_partly_funded:
            return "partly_submitted" if self.state == "submitted" else "partly_funded"
        return "checkpoint" if self.state == "planned" and not self.amount_minor else self.state


@dataclass(frozen=True, slots=True)
class MilestoneBalance(Balanced):
    """The sums of one milestone, read from the ledger at one moment."""

    state: str
    amount_minor: int
    held_minor: int
    released_minor: int
    gone_back_minor: int
    disputed_minor: int


def is_late(
    at: datetime, due_until: datetime, amount_minor: int, funded_at: datetime | None
) -> bool:
    """Whether work at this time is late: lateness counts from funding (a checkpoint needs none).

    Args:
        due_until: the end of the day on which it was due.
        funded_at: when all of it was funded; None where that never was.
    """
    was_funded = not amount_minor or (funded_at is not None and funded_at <= due_until)
    return at > due_until and was_funded
