"""The board's fee: what it keeps of what is released. See docs/decisions/0070."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.kernel import money
from app.kernel.money import WHOLE
from app.people.models import Board


@dataclass(frozen=True, slots=True)
class Fee:
    """`rate` in thousandths of a percent; `minimum_minor` for each milestone, in minor units."""

    rate: int = 0
    minimum_minor: int = 0

    def __bool__(self) -> bool:
        return bool(self.rate or self.minimum_minor)

    @property
    def percent(self) -> str:
        """The rate as people write it."""
        return money.percent(self.rate)

    @property
    def mark(self) -> str:
        """What a form carries, so that nobody agrees to another fee than they were shown."""
        return f"{self.rate}:{self.minimum_minor}"

    def of(self, released_minor: int) -> int:
        """The fee of all that was released for a milestone: half up, never more than that.

        >>> Fee(5000, 100).of(7500), Fee(5000, 100).of(900), Fee(5000, 100).of(60), Fee().of(7500)
        (375, 100, 60, 0)
        """
        share = (2 * released_minor * self.rate + WHOLE) // (2 * WHOLE)
        return min(released_minor, max(share, self.minimum_minor))

    def of_part(self, part_minor: int, released_before_minor: int) -> int:
        """What a further release adds to it, so that parts cost in all what one release would.

        >>> Fee(5000, 100).of_part(900, 0), Fee(5000, 100).of_part(6600, 900)
        (100, 275)
        """
        return self.of(released_before_minor + part_minor) - self.of(released_before_minor)

    def net(self, amounts_minor: Iterable[int]) -> int:
        """What the freelancer gets of milestones of these amounts when all are released."""
        return sum(amount - self.of(amount) for amount in amounts_minor)


class Carries(Protocol):
    """A board, an engagement or a revision, each with the fee that it names."""

    @property
    def fee_rate(self) -> int: ...
    @property
    def fee_minimum_minor(self) -> int: ...


def named(by: Carries) -> Fee:
    """The fee that an engagement or a revision names."""
    return Fee(by.fee_rate, by.fee_minimum_minor)


def for_terms(session: Session, engagement: Engagement) -> Fee:
    """The fee that terms sent now would carry: what was agreed first, or what the board asks."""
    agreed = engagement.terms_id is not None
    return named(engagement) if agreed else of_board(session, engagement.currency)


def of_board(session: Session, currency: str) -> Fee:
    """What the board asks of new work in a currency.

    The minimum is an amount of the board's own currency, so work in another one has none.
    """
    board = session.get(Board, 1)
    if board is None:
        return Fee()
    return Fee(board.fee_rate, board.fee_minimum_minor if board.currency == currency else 0)
