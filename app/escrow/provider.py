"""What a payment provider must do: take payments on pages of its own, send back, pay out.

The board asks and books; a provider only ever says what is. Amounts are in our minor units.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

CARD = "stripe"
"""The name under which card payments stand in payments, refunds, payouts and accounts."""


class Unclear(Exception):
    """No answer, or none that says whether it was done: ask again later, and look first.

    `stuck` says that the same key would only bring the same answer again; `busy` that the
    provider asked for patience and did nothing.
    """

    def __init__(self, words: str, *, stuck: bool = False, busy: bool = False) -> None:
        super().__init__(words)
        self.stuck, self.busy = stuck, busy


class Declined(Exception):
    """The provider said no, for good: nothing was done, and asking again would not help."""

    def __init__(self, words: str, *, code: str = "") -> None:
        super().__init__(words)
        self.code = code


class Forged(Exception):
    """What claims to come from the provider does not, or comes too late."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a payment is for, as the provider's page shows it, and where the payer comes back:

    `back` after paying, `left` where they leave the page without.
    """

    payment_id: str
    reference: str
    title: str
    currency: str
    amount_minor: int
    since: datetime
    back: str
    left: str


@dataclass(frozen=True, slots=True)
class Checkout:
    """The provider's page for one payment."""

    id: str
    url: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A refund or transfer that the provider has taken: `pending`, `settled` or `failed`."""

    id: str
    state: str


@dataclass(frozen=True, slots=True)
class Returned:
    """A refund as the provider knows it; `ours` is the id of our refund, where it carries one."""

    id: str
    ours: str
    currency: str
    amount_minor: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Contested:
    """A chargeback: `asked` (nothing taken yet), `taken`, `given_back`."""

    id: str
    currency: str
    amount_minor: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a payment stands, as the provider says when asked: `open`, `processing`, `paid`,

    `failed`, `expired`. `amount_minor` is None where the provider's amount is none of ours.
    """

    checkout_id: str
    reference: str
    state: str
    currency: str
    amount_minor: int | None
    charge_id: str = ""
    refunds: tuple[Returned, ...] = ()
    chargebacks: tuple[Contested, ...] = ()


@dataclass(frozen=True, slots=True)
class Reversed:
    """Money of a transfer that somebody took back at the provider's."""

    id: str
    amount_minor: int | None


@dataclass(frozen=True, slots=True)
class Transferred:
    """A transfer to a person's account as the provider knows it, with everything taken back of it.

    `ours` is the id of our payout, where it carries one.
    """

    id: str
    ours: str
    currency: str
    amount_minor: int | None
    reversals: tuple[Reversed, ...] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What the provider kept for itself of one movement; below zero where it gave it back.

    `of` is the charge or transfer that it was about. The currency is the one in which the provider
    took it; `amount_minor` is None where it cannot be written in our minor units.
    """

    id: str
    of: str
    currency: str
    amount_minor: int | None


@dataclass(frozen=True, slots=True)
class Notice:
    """That something happened, and what to look at; what it says of it is not relied on."""

    id: str
    kind: str
    target: str


class PaymentProvider(Protocol):
    """Each act takes a key: the same key again does the same thing once. All raise Unclear;

    acts raise Declined, too. `find_…` looks for what an act may have done before.
    """

    def offers(self, currency: str) -> bool:
        """Whether amounts of a currency can be paid with it."""
        ...

    def open_checkout(self, order: Order, key: str) -> Checkout: ...

    def find_checkout(self, order: Order) -> Checkout | None: ...

    def close_checkout(self, checkout_id: str) -> None:
        """Take no more payment there; nothing happens where it is over already."""
        ...

    def look(self, target: str) -> Standing | Transferred | None:
        """How the payment behind a checkout or a charge stands, or a transfer; None where it is

        none of these.
        """
        ...

    def refund(
        self, refund_id: str, charge_id: str, amount_minor: int, currency: str, key: str
    ) -> Sent: ...

    def find_refund(self, refund_id: str, charge_id: str) -> Sent | None: ...

    def transfer(
        self, payout_id: str, account: str, amount_minor: int, currency: str, key: str
    ) -> Sent: ...

    def find_transfer(self, payout_id: str) -> Sent | None: ...

    def read(self, body: bytes, signature: str) -> Notice | None:
        """A notice that was posted to the board; None where it is of no concern.

        Raises Forged.
        """
        ...

    def costs(self, since: datetime) -> Iterator[Cost]:
        """Everything that the provider kept for itself, or gave back of it, since then."""
        ...

    def notices(self, since: datetime) -> Iterator[Notice]:
        """Everything that it would have posted since then, for what was missed."""
        ...
