"""Money put in before the terms are accepted: kept when they are, given back when they are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, ledger, payments, reads, under_way, work
from app.escrow.balance import CLOSED
from app.escrow.incoming import funding, settling
from app.escrow.milestones import closing
from app.escrow.milestones.planning import PlannedLine
from app.escrow.models import Account, Milestone, Payment, PaymentPart
from app.escrow.outgoing import refunds
from app.kernel import events
from app.kernel.errors import Refused, WrongState
from app.people.models import Person


def wanted(
    session: Session, engagement: Engagement, revision_id: str, lines: Sequence[PlannedLine]
) -> dict[str, int]:
    """What may be put in for each line that waiting terms add or raise, beyond what is there and

    what is under way for it.

    By milestone; lines that need nothing, are closed, or have a payment under way are left out,
    and those that the terms in force ask for as it is.
    """
    names = {one.milestone_id: _names(revision_id, one.milestone_id) for one in lines}
    stands = session.execute(
        select(Account.name, Account.balance).where(
            Account.name.in_([name for pair in names.values() for name in pair]),
            Account.currency == engagement.currency,
        )
    )
    there = {name: int(amount) for name, amount in stands}
    done = reads.spoken_for(session, list(names))
    known = session.execute(
        select(Milestone.id, Milestone.state, Milestone.amount_minor).where(
            Milestone.id.in_(list(names)), Milestone.engagement_id == engagement.id
        )
    )
    agreed = {one: 0 if state == "proposed" else int(minor) for one, state, minor in known
              if state not in CLOSED}  # fmt: skip
    coming = under_way.announced(session, list(names))
    keys = [payments.open_key(one, revision_id) for one in names]
    paying = set(
        session.scalars(select(PaymentPart.milestone_id).where(PaymentPart.open_key.in_(keys)))
    )
    found = {
        line.milestone_id: line.amount_minor
        - sum(there.get(name, 0) for name in names[line.milestone_id])
        - done.get(line.milestone_id, 0)
        - coming.get(line.milestone_id, 0)
        for line in lines
        if line.milestone_id in agreed.keys() - paying
        and line.amount_minor > agreed[line.milestone_id]
    }
    return {one: amount for one, amount in found.items() if amount > 0}


def _names(revision_id: str, milestone_id: str) -> tuple[str, str]:
    return accounts.held(milestone_id).name, accounts.prefunded(revision_id, milestone_id).name


def start(
    session: Session,
    engagement: Engagement,
    lines: Sequence[PlannedLine],
    *,
    revision_id: str,
    provider: str,
    comment: str = "",
    shown: Mapping[str, int] | None = None,
    by: Person,
    at: datetime,
) -> Payment:
    """Begin to put in money for lines of the client's own waiting revision.

    The caller has asked that the revision waits and is this client's. Returns the payment that
    is open already, if there is one. Raises Refused: `funding.not_yours`, `funding.not_needed`,
    and as `funding.start` for what was `shown`.
    """
    if by.id != engagement.client_id:
        raise Refused("funding.not_yours")
    lines = list(dict.fromkeys(lines))
    for line in lines:
        already = payments.open_payment(session, line.milestone_id, revision_id)
        if already is not None:
            return already
    amounts = wanted(session, engagement, revision_id, lines)
    parts: list[tuple[Milestone, int]] = []
    for line in lines:
        if line.milestone_id not in amounts:
            raise WrongState("funding.not_needed", title=line.title)
        milestone = work.load(session, line.milestone_id)
        parts.append((milestone, amounts[line.milestone_id]))
    funding.check_shown(shown, parts, engagement.currency)
    payment = funding.begin(
        session,
        engagement,
        parts,
        provider=provider,
        comment=comment,
        by=by,
        at=at,
        revision_id=revision_id,
    )
    if provider == "balance":
        settling.from_balance(session, payment, by=by, at=at)
    return payment


def keep(
    session: Session, revision_id: str, engagement: Engagement, *, by: Person, at: datetime
) -> None:
    """The revision was accepted and planned: its money is in escrow from now on.

    Then the next milestone that lacks money asks for it.
    """
    for milestone, amount in _put_in(session, revision_id, engagement.currency):
        source = accounts.prefunded(revision_id, milestone.id)
        into_escrow = min(amount, work.missing(session, milestone))
        if into_escrow:
            _keep_one(session, engagement, milestone, into_escrow, revision_id, by=by, at=at)
        if amount > into_escrow:
            refunds.refund(
                session, engagement, milestone, amount - into_escrow,
                source=source, why="terms", by=by, at=at, revision_id=revision_id,
            )  # fmt: skip
    payments.drop_stale(session, engagement.id, why="terms", by=by, at=at)
    for payment in _payments(session, revision_id):
        _adopt(session, payment, by=by, at=at)
    payments.drop_stale(session, engagement.id, why="terms", by=by, at=at)
    closing.close_or_ask(session, engagement, by=by, at=at)


def give_back(
    session: Session,
    revision_id: str,
    engagement: Engagement,
    *,
    why: str,
    by: Person | None,
    at: datetime,
) -> None:
    """The revision came to nothing: what was put in for it, and only that, goes back."""
    for milestone, amount in _put_in(session, revision_id, engagement.currency):
        refunds.refund(
            session,
            engagement,
            milestone,
            amount,
            source=accounts.prefunded(revision_id, milestone.id),
            why=why,
            by=by,
            at=at,
            revision_id=revision_id,
        )
    for payment in _payments(session, revision_id):
        if payment.state in payments.OPEN:
            payments.supersede(session, payment, why=why, by=by, at=at, came_to_nothing=True)


def _keep_one(
    session: Session,
    engagement: Engagement,
    milestone: Milestone,
    amount_minor: int,
    revision_id: str,
    *,
    by: Person,
    at: datetime,
) -> None:
    if amount_minor == work.missing(session, milestone):
        told = work.record_funded(
            session, milestone, by=by.id, at=at, coming_minor=amount_minor, revision=revision_id
        )
    else:
        told = events.record(
            session,
            engagement.stream,
            "money.kept",
            by=by.id,
            at=at,
            subject=("milestone", milestone.id),
            facts={
                "title": milestone.title,
                "amount_minor": amount_minor,
                "currency": engagement.currency,
                "revision": revision_id,
            },
        )
    ledger.transfer(
        session,
        source=accounts.prefunded(revision_id, milestone.id),
        target=accounts.held(milestone.id),
        currency=engagement.currency,
        amount_minor=amount_minor,
        key=f"keep:{revision_id}:{milestone.id}",
        event_id=told.id,
        at=at,
    )
    work.settle_state(session, milestone, at=at)


def _put_in(session: Session, revision_id: str, currency: str) -> list[tuple[Milestone, int]]:
    """What stands for a revision: of the milestones that its payments were for."""
    paid_for = select(PaymentPart.milestone_id).join(Payment, Payment.id == PaymentPart.payment_id)
    rows = session.execute(
        select(Milestone, Account.balance)
        .join(Account, Account.name == literal(f"prefunded:{revision_id}:") + Milestone.id)
        .where(
            Milestone.id.in_(paid_for.where(Payment.revision_id == revision_id)),
            Account.currency == currency,
            Account.balance > 0,
        )
        .order_by(Milestone.position, Milestone.id)
    )
    return [(milestone, int(amount)) for milestone, amount in rows]


def _payments(session: Session, revision_id: str) -> list[Payment]:
    return list(session.scalars(select(Payment).where(Payment.revision_id == revision_id)))


def _adopt(session: Session, payment: Payment, *, by: Person, at: datetime) -> None:
    """A payment of accepted terms is one of agreed milestones from now on; one that is under way

    is cancelled where a milestone has one already.
    """
    payment.revision_id = None
    if payment.state not in payments.OPEN:
        return
    parts = payments.parts(session, payment)
    if any(payments.open_payment(session, part.milestone_id) for part in parts):
        payments.supersede(session, payment, why="terms", by=by, at=at)
        return
    for part in parts:
        part.open_key = payments.open_key(part.milestone_id)
    session.flush()
