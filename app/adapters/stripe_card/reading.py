"""Stripe's objects in the board's words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from app.adapters.stripe_card import amounts
from app.escrow.provider import (
    Contested,
    Cost,
    Notice,
    Returned,
    Reversed,
    Sent,
    Standing,
    Transferred,
)

if TYPE_CHECKING:
    from stripe import (
        BalanceTransaction,
        Dispute,
        PaymentIntent,
        Refund,
        Transfer,
        TransferReversal,
    )
    from stripe._stripe_object import UntypedStripeObject
    from stripe.checkout import Session

_OVER = ("requires_payment_method", "canceled")
_REFUNDS = {"succeeded": "settled", "failed": "failed", "canceled": "failed"}


def about(metadata: UntypedStripeObject[str] | None, name: str) -> str:
    """What we wrote beside an object of Stripe's; empty where it is not ours."""
    return metadata[name] if metadata is not None and name in metadata else ""


def charge_of(session: Session) -> str:
    """The id of the payment intent behind a checkout; empty before somebody pays."""
    intent = session.payment_intent
    return intent if isinstance(intent, str) else intent.id if intent else ""


def standing(
    session: Session, charge_id: str, refunds: Iterable[Refund], disputes: Iterable[Dispute]
) -> Standing:
    """How a payment stands, from objects that were asked for just now."""
    currency = (session.currency or "").upper()
    return Standing(
        checkout_id=session.id,
        reference=session.client_reference_id or "",
        state=_state(session),
        currency=currency,
        amount_minor=_received(session, currency),
        charge_id=charge_id,
        refunds=tuple(_returned(one) for one in refunds),
        chargebacks=tuple(_contested(one) for one in disputes),
    )


def sent(refund: Refund) -> Sent:
    """A refund that was just made, or found."""
    return Sent(refund.id, _REFUNDS.get(refund.status or "", "pending"))


def transferred(transfer: Transfer, reversals: Iterable[TransferReversal]) -> Transferred:
    """A transfer to a connected account, from objects that were asked for just now."""
    currency = transfer.currency.upper()
    back = (Reversed(one.id, _ours(one.amount, currency)) for one in reversals)
    ours, amount_minor = about(transfer.metadata, "payout"), _ours(transfer.amount, currency)
    return Transferred(transfer.id, ours, currency, amount_minor, tuple(back))


def cost(moved: BalanceTransaction) -> Cost | None:
    """What Stripe kept of a movement; None where it was nothing, or none of a charge or transfer.

    A charge's refunds and disputes, and a transfer's reversals, count to what they are about.
    """
    source: Any = moved.source
    if not moved.fee or source is None or isinstance(source, str):
        return None
    name = {"transfer": "id", "transfer_reversal": "transfer"}.get(source.object, "payment_intent")
    of, currency = getattr(source, name, None), moved.currency.upper()
    amount_minor = _ours(abs(moved.fee), currency)
    if amount_minor is not None and moved.fee < 0:
        amount_minor = -amount_minor
    of = of if isinstance(of, str) else getattr(of, "id", "")
    return Cost(moved.id, of, currency, amount_minor) if of else None


def notice(event: dict[str, Any], wanted: Collection[str]) -> Notice | None:
    """What to look at after an event. Raises KeyError and TypeError where it is none."""
    kind, thing = str(event["type"]), event["data"]["object"]
    if kind not in wanted:
        return None
    itself = thing["object"] in ("checkout.session", "transfer")
    target = thing["id"] if itself else thing.get("payment_intent")
    return Notice(str(event["id"]), kind, str(target)) if target else None


def _state(session: Session) -> str:
    if session.status == "expired":
        return "expired"
    if session.payment_status == "paid":
        return "paid"
    if session.status != "complete":
        return "open"
    intent = session.payment_intent
    over = not isinstance(intent, str) and intent is not None and intent.status in _OVER
    return "failed" if over else "processing"


def _received(session: Session, currency: str) -> int | None:
    """What was really received, where both figures of Stripe's say the same."""
    total = session.amount_total
    intent = session.payment_intent
    if session.payment_status == "paid" and intent is not None and not isinstance(intent, str):
        if _other(intent, total, currency):
            return None
    return None if total is None else _ours(total, currency)


def _other(intent: PaymentIntent, total: int | None, currency: str) -> bool:
    return intent.amount_received != total or intent.currency.upper() != currency


def _returned(refund: Refund) -> Returned:
    currency = refund.currency.upper()
    return Returned(
        id=refund.id,
        ours=about(refund.metadata, "refund"),
        currency=currency,
        amount_minor=_ours(refund.amount, currency),
        state=sent(refund).state,
    )


def _contested(dispute: Dispute) -> Contested:
    """Balance transactions say whether money was withdrawn, and whether it came back."""
    moved = [one.amount for one in dispute.balance_transactions]
    out, back = sum(one < 0 for one in moved), sum(one > 0 for one in moved)
    state = "asked" if not out else "taken" if out > back else "given_back"
    currency = dispute.currency.upper()
    amount_minor = _ours(dispute.amount, currency)
    return Contested(dispute.id, currency, amount_minor, state)


def _ours(amount: int, currency: str) -> int | None:
    try:
        return amounts.ours(amount, currency)
    except ValueError:  # a currency that nobody knows
        return None
