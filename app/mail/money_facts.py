"""What a letter says of money: payments, refunds, payouts, asks, disputes, tasks and invoices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import payments, under_way, work
from app.escrow.disputes.models import Dispute
from app.escrow.models import Milestone, MoneyAsk, Payment, PaymentPart, Payout, Refund
from app.escrow.office.models import Task
from app.escrow.papers.models import FeeInvoice, Invoice
from app.escrow.provider import CARD
from app.mail.lengths import MOST_A_PART, MOST_ROWS, cut, short
from app.mail.superseded_words import why_superseded
from app.mail.task_words import task_words
from app.people import board


def of_the_rest(session: Session, milestone_id: str, at: datetime) -> dict[str, Any]:
    """Until when the rest is asked back that was left at `at`, and where that is answered."""
    asked = select(MoneyAsk.id, MoneyAsk.due_at).where(
        MoneyAsk.milestone_id == milestone_id,
        MoneyAsk.scope == "rest",
        MoneyAsk.asked_at == at,
    )
    found = session.execute(asked.order_by(MoneyAsk.id).limit(1)).one()
    return {"until": found.due_at.isoformat(), "button": f"/asks/{found.id}"}


def _payment(session: Session, payment_id: str) -> dict[str, Any]:
    found = session.get(Payment, payment_id)
    if found is None:
        return {}
    titles = session.scalars(
        select(Milestone.title)
        .join(PaymentPart, PaymentPart.milestone_id == Milestone.id)
        .where(PaymentPart.payment_id == found.id)
        .order_by(PaymentPart.position)
    )
    return (
        _if_it_arrives(session, found)
        | _where_it_went(session, found)
        | {
            "payment_id": found.id,
            "reference": found.reference,
            "provider": found.provider,
            "amount_minor": found.amount_minor,
            "received_minor": found.received_minor,
            "currency": found.currency,
            "milestones": ["a bonus"]
            if found.bonus
            else [short(title) for title in titles][:MOST_ROWS],
            "account": board.account_for(session, found.currency),
            "person": found.payer_id,
        }
    )


def _where_it_went(session: Session, payment: Payment) -> dict[str, Any]:
    """How much of what came went into escrow, to the payer's balance, and back."""
    if payment.state != "settled":
        return {}
    parts = payments.parts(session, payment)
    back = session.execute(
        select(Refund.why, func.sum(Refund.amount_minor))
        .where(Refund.payment_id == payment.id, Refund.why.in_(("late", "surplus")))
        .group_by(Refund.why)
    )
    sums = {why: int(total) for why, total in back}
    too_late, sent_back = sums.get("late", 0), sums.get("surplus", 0)
    filled = sum(part.filled_minor for part in parts)
    added = sum(part.covered_minor for part in parts)
    milestones = [session.get_one(Milestone, part.milestone_id) for part in parts]
    return {
        "in_escrow_minor": filled + added - too_late,
        "to_balance_minor": 0
        if payment.bonus
        else (payment.received_minor or 0) - filled - sent_back,
        "back_minor": too_late + sent_back,
        "still_missing": any(work.missing(session, one) for one in milestones),
    }


def _if_it_arrives(session: Session, payment: Payment) -> dict[str, Any]:
    """What becomes of a payment that terms made moot, and what is asked for beyond it."""
    found = under_way.outcome(session, payment) if payment.may_arrive else None
    if found is None:
        return {}
    milestones = session.scalars(
        select(Milestone).where(Milestone.id.in_(found.coming.milestone_ids))
    )
    agreed = [one for one in milestones if one.state in under_way.AGREED]
    return {
        "because": why_superseded(session, payment),
        "escrow_minor": found.escrow_minor,
        "rest_minor": found.rest_minor,
        "goes_back": found.goes_back,
        "asked_minor": sum(under_way.asked(session, one) for one in agreed),
    }


def _refund(session: Session, refund_id: str) -> dict[str, Any]:
    found = session.get(Refund, refund_id)
    if found is None:
        return {}
    milestone = session.get(Milestone, found.milestone_id) if found.milestone_id else None
    return {
        "amount_minor": found.amount_minor,
        "currency": found.currency,
        "milestone": milestone.title if milestone else "",
        "person": found.person_id,
    }


def _ask(session: Session, ask_id: str) -> dict[str, Any]:
    found = session.get(MoneyAsk, ask_id)
    milestone = session.get(Milestone, found.milestone_id) if found else None
    if found is None or milestone is None:
        return {}
    room = session.get_one(Engagement, found.engagement_id)
    return {
        "milestone": milestone.title,
        "milestone_id": milestone.id,
        "amount_minor": work.held(session, milestone, room.currency),
        "scope": found.scope,
        "reason": cut(found.reason),
        "until": found.due_at.isoformat(),
        "button": f"/asks/{found.id}",
    }


def _dispute(session: Session, dispute_id: str) -> dict[str, Any]:
    """What both sides may read; never a number that is sealed."""
    found = session.get(Dispute, dispute_id)
    milestone = session.get(Milestone, found.milestone_id) if found else None
    if found is None or milestone is None:
        return {}
    return {
        "milestone": milestone.title,
        "disputed_minor": found.amount_minor,
        "currency": found.currency,
        "until": found.answer_due_at.isoformat(),
        "reason": cut(found.reason),
        "button": f"/disputes/{found.id}",
    }


def _payout(session: Session, payout_id: str) -> dict[str, Any]:
    found = session.get(Payout, payout_id)
    if found is None:
        return {}
    return {
        "amount_minor": found.amount_minor,
        "currency": found.currency,
        "person": found.person_id,
        "by_card": found.provider == CARD,
    }


def _task(session: Session, task_id: str) -> dict[str, Any]:
    found = session.get(Task, task_id)
    if found is None:
        return {}
    what, todo, where = task_words(found.kind, found.told)
    return {"what": short(what), "todo": cut(todo, MOST_A_PART), "button": where}


def _invoice(session: Session, invoice_id: str) -> dict[str, Any]:
    return {"button": f"/invoices/{invoice_id}"} if session.get(Invoice, invoice_id) else {}


def _fee_invoice(session: Session, invoice_id: str) -> dict[str, Any]:
    found = session.get(FeeInvoice, invoice_id)
    if found is None:
        return {}
    month = datetime.strptime(found.month, "%Y-%m")  # noqa: DTZ007 (a month, not a moment)
    return {
        "person": found.freelancer_id,
        "month_name": f"{month:%B %Y}",
        "button": f"/board/fee-invoices/{found.id}",
    }


MONEY: dict[str, Callable[[Session, str], dict[str, Any]]] = {
    "payment": _payment,
    "refund": _refund,
    "ask": _ask,
    "dispute": _dispute,
    "payout": _payout,
    "invoice": _invoice,
    "task": _task,
    "fee_invoice": _fee_invoice,
}
"""Part of the one table in `facts`."""
