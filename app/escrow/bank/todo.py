"""What waits for whoever keeps the money: payments to confirm, refunds and payouts to send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from app.engagement.models import Engagement
from app.escrow import under_way
from app.escrow.bank import searching, subjects
from app.escrow.bank.models import BankExport
from app.escrow.incoming import topping_up
from app.escrow.models import Payment, Payout, Refund
from app.escrow.outgoing import payouts as the_payouts
from app.escrow.outgoing import waits
from app.escrow.provider import CARD
from app.people.models import Person

_payer = aliased(Person)


@dataclass(frozen=True, slots=True)
class TodoRow:
    """One payment, refund or payout, with what somebody needs to find it at the bank.

    `holder` is whose account it is, as the bank writes that name, where that is known. `rest_minor`
    is what has not come yet of a payment that was confirmed with too little.
    """

    id: str
    what: str
    reference: str
    job: str
    person: str
    account: str
    currency: str
    amount_minor: int
    since: datetime
    state: str
    parties: tuple[str, ...]
    code: str = ""
    provider: str = "bank"
    exported_at: datetime | None = None
    waits_until: datetime | None = None
    holder: str = ""
    rest_minor: int = 0


def payments(session: Session, reference: str = "", typed: str = "") -> list[TodoRow]:
    """Bank transfers to confirm, oldest first, then those that terms made moot and that may still

    arrive, and those whose rest is missing; or the one of a reference, whatever its state; or all
    that somebody's words may mean.
    """
    query = (
        select(Payment, Engagement, _payer.name)
        .join(Engagement, Engagement.id == Payment.engagement_id)
        .join(_payer, _payer.id == Payment.payer_id)
        .where(Payment.provider == "bank")
        .order_by(
            Payment.state.in_(("settled", "failed")), Payment.state == "cancelled",
            Payment.started_at, Payment.id,
        )
        .limit(200)
    )  # fmt: skip
    if reference:
        query = query.where(Payment.reference == reference)
    elif typed:
        query = query.where(searching.meant(typed))
    else:
        query = query.where(
            or_(
                Payment.state.in_(under_way.OPEN), under_way.superseded(),
                Payment.id.in_(subjects.short(session)),
            )
        )  # fmt: skip
    found = session.execute(query).all()
    rests = topping_up.rests(session, [payment for payment, _, _ in found])
    return [
        TodoRow(
            id=payment.id,
            what=payment.comment,
            reference=payment.reference,
            job=engagement.title,
            person=name,
            account="",
            currency=payment.currency,
            amount_minor=payment.amount_minor,
            since=payment.started_at,
            state="may_arrive" if payment.may_arrive else payment.state,
            parties=(engagement.client_id, engagement.freelancer_id),
            rest_minor=rests.get(payment.id, 0),
        )
        for payment, engagement, name in found
    ]


def refunds(session: Session) -> list[TodoRow]:
    """Refunds that people send, oldest first, with the account that the money came from."""
    rows = session.execute(
        select(Refund, Engagement, _payer.name, Payment, BankExport.at)
        .join(Engagement, Engagement.id == Refund.engagement_id)
        .join(_payer, _payer.id == Refund.person_id)
        .join(Payment, Payment.id == Refund.payment_id)
        .outerjoin(BankExport, BankExport.id == Refund.export_id)
        .where(Refund.state == "pending", Refund.provider != CARD)
        .order_by(Refund.export_id.is_not(None), Refund.started_at, Refund.id)
        .limit(200)
    )
    return [
        TodoRow(
            id=refund.id,
            what=refund.why,
            reference=payment.reference,
            job=engagement.title,
            person=payment.paid_by or name,
            account=payment.from_account,
            currency=refund.currency,
            amount_minor=refund.amount_minor,
            since=refund.started_at,
            state=refund.state,
            parties=(engagement.client_id, engagement.freelancer_id),
            code=refund.code,
            provider=refund.provider,
            exported_at=exported_at,
            holder=payment.paid_by,
        )
        for refund, engagement, name, payment, exported_at in rows
    ]


def payouts(session: Session, *, at: datetime) -> list[TodoRow]:
    """Payouts that people send, or let leave by the provider, oldest first; and those that wait

    because the account was changed, with the time until when.
    """
    waiting = waits.waiting(session, at)
    rows = session.execute(
        select(Payout, _payer, BankExport.at)
        .join(_payer, _payer.id == Payout.person_id)
        .outerjoin(BankExport, BankExport.id == Payout.export_id)
        .where(_for_people(session, at))
        .order_by(Payout.export_id.is_not(None), Payout.started_at, Payout.id)
        .limit(200)
    )
    return [
        TodoRow(
            id=payout.id,
            what="",
            reference="",
            job="",
            person=person.name,
            account=waits.account_of(session, payout),
            currency=payout.currency,
            amount_minor=payout.amount_minor,
            since=payout.started_at,
            state=payout.state,
            parties=(payout.person_id,),
            code=payout.code,
            provider=payout.provider,
            exported_at=exported_at,
            waits_until=waiting.get(payout.id),
            holder=waits.holder_of(session, payout),
        )
        for payout, person, exported_at in rows
    ]


def _for_people(session: Session, at: datetime) -> ColumnElement[bool]:
    shown = [one.id for one in the_payouts.held_back(session)] + waits.cannot_leave(session, at)
    by_hand = or_(Payout.provider != CARD, Payout.id.in_(shown))
    return and_(Payout.state == "pending", by_hand)


def out(session: Session, codes: Sequence[str]) -> list[TodoRow]:
    """The refund or payout of a code, whatever its state; `what` says which of them it is."""
    wanted = codes[:1]
    refunds = session.scalars(select(Refund).where(Refund.code.in_(wanted)))
    payouts = session.scalars(select(Payout).where(Payout.code.in_(wanted)))
    return [_out(session, one) for one in (*refunds, *payouts)] if wanted else []


def _out(session: Session, one: Refund | Payout) -> TodoRow:
    name = session.get_one(Person, one.person_id).name
    room = session.get(Engagement, one.engagement_id) if isinstance(one, Refund) else None
    parties = (room.client_id, room.freelancer_id) if room else (one.person_id,)
    return TodoRow(
        id=one.id,
        what=type(one).__name__.lower(),
        reference="",
        job=room.title if room else "",
        person=name,
        account="",
        currency=one.currency,
        amount_minor=one.amount_minor,
        since=one.started_at,
        state=one.state,
        parties=parties,
        code=one.code,
        provider=one.provider,
    )
