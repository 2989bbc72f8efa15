"""A room whose client pays by card, beside the stand-in for Stripe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adapters.stripe_card import StripeProvider
from app.escrow.cards import errands, notices, round
from app.escrow.cards.errands import Desk
from app.escrow.cards.models import CardCheckout
from app.escrow.incoming import funding
from app.escrow.milestones import release
from app.escrow.models import Account, Milestone, Payment
from app.escrow.provider import CARD, PaymentProvider
from tests.rooms import Room, agreed, negotiated
from tests.stories import NOON, later
from tests.stripe_stand_in import StandIn
from tests.stripe_stand_in.server import KEY, SECRET


@contextmanager
def standing_in() -> Iterator[StandIn]:
    """A stand-in for Stripe on a free port."""
    stripe = StandIn()
    stripe.start()
    try:
        yield stripe
    finally:
        stripe.stop()


def provider_of(stripe: StandIn) -> PaymentProvider:
    """The board's own provider, pointed at the stand-in."""
    return StripeProvider(KEY, SECRET, stripe.url)


@dataclass
class CardRoom:
    """A room, its card desk, and the stand-in behind it."""

    room: Room
    desk: Desk
    stripe: StandIn

    @property
    def session(self) -> Session:
        return self.room.session

    def earns(self) -> None:
        """The first milestone is paid and released to Bob, who has an account at Stripe."""
        first = self.room.milestones[0]
        self.pays(first)
        release.release_without_submission(self.session, first, by=self.room.client, at=NOON)
        self.room.freelancer.card_account = "acct_connected1"
        self.session.commit()

    def begins(self, *milestones: Milestone, at: datetime = NOON) -> Payment:
        """Alice chooses her card; the payment is committed, nothing is asked yet."""
        payment = funding.start(
            self.session, self.room.engagement, list(milestones), provider=CARD,
            by=self.room.client, at=at,
        )  # fmt: skip
        self.session.commit()
        return payment

    def opens(self, payment: Payment, *, at: datetime = NOON) -> str:
        """Stripe makes its page; returns its id."""
        errands.open_checkout(self.session, self.desk, payment.id, at=at, hurry=True)
        return self.session.get_one(CardCheckout, payment.id).checkout_id

    def pays(self, *milestones: Milestone, at: datetime = NOON) -> str:
        """Alice pays by card, and the board hears of it; returns the charge's id."""
        payment = self.begins(*milestones, at=at)
        charge_id = self.stripe.pay(self.opens(payment, at=at))
        self.hears(at=at)
        assert payment.state == "settled", payment.state
        return charge_id

    def hears(self, at: datetime = NOON, turns: int = 1) -> None:
        """What Stripe posts arrives, and the wheel turns."""
        self.receives(self.stripe.posts(), at=at)
        for _ in range(turns):
            self.turns(at=at)

    def receives(self, posts: Iterable[tuple[bytes, str]], at: datetime = NOON) -> None:
        """These webhooks arrive."""
        for body, signature in posts:
            notice = self.desk.provider.read(body, signature)
            if notice is not None:
                notices.keep(self.session, notice, at=at)
        self.session.commit()

    def turns(self, at: datetime = NOON) -> int:
        """One round of the wheel."""
        return round.turn(self.session, self.desk, at)

    def balances(self) -> dict[str, int]:
        """What stands on every account that is not empty."""
        rows = self.session.execute(select(Account.name, Account.balance))
        return {name: balance for name, balance in rows if balance}


def card_room(
    session: Session, stripe: StandIn, *, agree: bool = True, **terms: object
) -> CardRoom:
    """A room whose terms are agreed (or not yet), committed."""
    room = agreed(session, **terms) if agree else negotiated(session, **terms)  # type: ignore[arg-type]
    session.commit()
    return CardRoom(room, Desk(provider_of(stripe), "http://localhost", "k" * 40), stripe)


__all__ = ["CardRoom", "card_room", "later", "provider_of", "standing_in"]
