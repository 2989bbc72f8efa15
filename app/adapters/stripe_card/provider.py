"""What the board asks of Stripe. Nothing is retried in here: whoever asks decides when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from app.adapters.stripe_card import amounts, reading
from app.adapters.stripe_card.answers import answered
from app.escrow.provider import (
    Checkout,
    Cost,
    Declined,
    Forged,
    Notice,
    Order,
    Sent,
    Standing,
    Transferred,
)
from app.kernel import money

if TYPE_CHECKING:
    from stripe import StripeClient
    from stripe.params.checkout import SessionCreateParams

CONNECT_S, READ_S = 5, 10
"""Fifteen seconds in all before an answer is given up."""
TOLERANCE_S = 300
EVENTS = frozenset(
    {
        "checkout.session.completed", "checkout.session.expired",
        "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed",
        "charge.refunded", "refund.created", "refund.updated", "refund.failed",
        "charge.refund.updated",
        "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed",
        "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
        "transfer.reversed",
    }
)  # fmt: skip
"""What the board wants to be told of; anything else that is posted is passed over."""


class StripeProvider:
    """Stripe, or whatever answers like it at `api`."""

    def __init__(self, key: str, secret: str, api: str = "") -> None:
        self._key, self._secret, self._api = key, secret, api

    @cached_property
    def _client(self) -> StripeClient:
        import stripe

        stripe.enable_telemetry = False
        http = stripe.RequestsClient(timeout=(CONNECT_S, READ_S))
        base: Any = {"api": self._api} if self._api else None
        return stripe.StripeClient(
            self._key, max_network_retries=0, http_client=http, base_addresses=base
        )

    def offers(self, currency: str) -> bool:
        """Stripe takes nearly all currencies; what it does not take, it declines."""
        return currency in money.currencies()

    def open_checkout(self, order: Order, key: str) -> Checkout:
        """A page of Stripe's for this payment."""
        asked = _asked(order)
        with answered():
            session = self._client.v1.checkout.sessions.create(asked, {"idempotency_key": key})
        return Checkout(session.id, session.url or "")

    def find_checkout(self, order: Order) -> Checkout | None:
        """A page that was made for this payment although we never heard of it."""
        since = int((order.since - timedelta(minutes=5)).timestamp())
        with answered():
            listed = self._client.v1.checkout.sessions.list(
                {"created": {"gte": since}, "limit": 100}
            )
            for session in listed.auto_paging_iter():
                if reading.about(session.metadata, "payment") == order.payment_id:
                    return Checkout(session.id, session.url or "")
        return None

    def close_checkout(self, checkout_id: str) -> None:
        """Let the page expire; one that is complete or expired stays as it is."""
        try:
            with answered():
                self._client.v1.checkout.sessions.expire(checkout_id)
        except Declined:
            return

    def look(self, target: str) -> Standing | Transferred | None:
        """Ask for the checkout, its charge, and all refunds and disputes of that; or a transfer."""
        v1 = self._client.v1
        try:
            with answered():
                if target.startswith("tr_"):
                    transfer = v1.transfers.retrieve(target)
                    listed = v1.transfers.reversals.list(target, {"limit": 100})
                    return reading.transferred(transfer, listed.auto_paging_iter())
                if not target.startswith("cs_"):
                    found = v1.checkout.sessions.list({"payment_intent": target, "limit": 1})
                    if not found.data:
                        return None
                    target = found.data[0].id
                session = v1.checkout.sessions.retrieve(target, {"expand": ["payment_intent"]})
                charge_id = reading.charge_of(session)
                if not charge_id:
                    return reading.standing(session, "", [], [])
                about: Any = {"payment_intent": charge_id, "limit": 100}
                refunds = list(v1.refunds.list(about).auto_paging_iter())
                disputes = list(v1.disputes.list(about).auto_paging_iter())
                return reading.standing(session, charge_id, refunds, disputes)
        except Declined:
            return None  # there is no such thing in this account

    def refund(
        self, refund_id: str, charge_id: str, amount_minor: int, currency: str, key: str
    ) -> Sent:
        """Send back to the card."""
        with answered():
            refund = self._client.v1.refunds.create(
                {
                    "payment_intent": charge_id,
                    "amount": _theirs(amount_minor, currency),
                    "metadata": {"refund": refund_id},
                },
                {"idempotency_key": key},
            )
        return reading.sent(refund)

    def find_refund(self, refund_id: str, charge_id: str) -> Sent | None:
        """A refund that was made although we never heard of it."""
        with answered():
            listed = self._client.v1.refunds.list({"payment_intent": charge_id, "limit": 100})
            for refund in listed.auto_paging_iter():
                if reading.about(refund.metadata, "refund") == refund_id:
                    return reading.sent(refund)
        return None

    def transfer(
        self, payout_id: str, account: str, amount_minor: int, currency: str, key: str
    ) -> Sent:
        """Move money to a connected account."""
        with answered():
            transfer = self._client.v1.transfers.create(
                {
                    "amount": _theirs(amount_minor, currency),
                    "currency": currency.lower(),
                    "destination": account,
                    "transfer_group": f"payout-{payout_id}",
                    "metadata": {"payout": payout_id},
                },
                {"idempotency_key": key},
            )
        return Sent(transfer.id, "settled")

    def find_transfer(self, payout_id: str) -> Sent | None:
        """A transfer that was made although we never heard of it."""
        with answered():
            listed = self._client.v1.transfers.list({"transfer_group": f"payout-{payout_id}"})
            return next((Sent(one.id, "settled") for one in listed.data), None)

    def read(self, body: bytes, signature: str) -> Notice | None:
        """A webhook by its raw bytes and signature, not older than five minutes."""
        from stripe import SignatureVerificationError, WebhookSignature

        try:
            WebhookSignature.verify_header(
                body.decode(), signature, self._secret, tolerance=TOLERANCE_S
            )
            return reading.notice(json.loads(body), EVENTS)
        except (SignatureVerificationError, ValueError, KeyError, TypeError) as trouble:
            raise Forged(type(trouble).__name__) from None

    def costs(self, since: datetime) -> Iterator[Cost]:
        """Every movement on the account there that something was kept of."""
        asked: Any = {"created": {"gte": int(since.timestamp())}, "expand": ["data.source"]}
        with answered():
            listed = self._client.v1.balance_transactions.list(asked | {"limit": 100})
            for one in listed.auto_paging_iter():
                if found := reading.cost(one):
                    yield found

    def notices(self, since: datetime) -> Iterator[Notice]:
        """Stripe keeps its events for thirty days."""
        with answered():
            listed = self._client.v1.events.list(
                {"created": {"gte": int(since.timestamp())}, "types": sorted(EVENTS), "limit": 100}
            )
            for event in listed.auto_paging_iter():
                if found := reading.notice(event.to_dict(), EVENTS):
                    yield found


def _asked(order: Order) -> SessionCreateParams:
    """The words of a checkout; the same for the same order, as its key demands."""
    about = {"payment": order.payment_id, "reference": order.reference}
    return {
        "mode": "payment",
        "allowed_payment_method_types": ["card"],
        "client_reference_id": order.reference,
        "metadata": about,
        "payment_intent_data": {
            "metadata": about,
            "description": f"{order.title} ({order.reference})",
        },
        "adaptive_pricing": {"enabled": False},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": order.currency.lower(),
                    "unit_amount": _theirs(order.amount_minor, order.currency),
                    "product_data": {"name": order.title},
                },
            }
        ],
        "success_url": order.back,
        "cancel_url": order.left,
    }


def _theirs(amount_minor: int, currency: str) -> int:
    try:
        return amounts.theirs(amount_minor, currency)
    except amounts.NoAmount as trouble:
        raise Declined(f"Stripe cannot write {trouble}", code="amount") from None
