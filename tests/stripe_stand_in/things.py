"""Stripe's objects as the stand-in keeps them, and what people do with them there."""

from __future__ import annotations

import itertools
import secrets
import time
from typing import Any

Thing = dict[str, Any]


class Wrong(Exception):
    """What Stripe answers where it does not do what it is asked: status, code, words."""

    def __init__(self, code: str, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.code, self.words, self.status = code, words, status


class Things:
    """All objects by id, newest last, and the events that they caused."""

    def __init__(self) -> None:
        self.url = "https://checkout.stripe.com"
        self.all: dict[str, Thing] = {}
        self.events: list[Thing] = []
        self.accounts = {"acct_connected1"}
        self.settles = ""  # the currency of the account, where it is not the payment's
        self._account, self._counter = secrets.token_hex(3), itertools.count(1)

    def of(self, kind: str) -> list[Thing]:
        return [one for one in self.all.values() if one["object"] == kind]

    def new(self, kind: str, sign: str, **facts: Any) -> Thing:
        thing = {"id": f"{sign}_{self._number()}", "object": kind}
        thing |= {"created": int(time.time()), "livemode": False} | facts
        self.all[thing["id"]] = thing
        return thing

    def tell(self, kind: str, thing: Thing) -> None:
        event = {
            "id": f"evt_{self._number()}", "object": "event", "type": kind,
            "created": int(time.time()), "livemode": False, "data": {"object": dict(thing)},
        }  # fmt: skip
        self.events.append(event)

    def _number(self) -> str:
        return f"{self._account}{next(self._counter):08}"

    # what the board asks for

    def open_session(self, asked: Thing) -> Thing:
        line = asked["line_items"][0]
        price = line["price_data"]
        amount = int(price["unit_amount"]) * int(line["quantity"])
        if amount < 50:
            raise Wrong("amount_too_small", "Amount must be at least 50 cents")
        session = self.new(
            "checkout.session", "cs_test", status="open", payment_status="unpaid",
            client_reference_id=asked.get("client_reference_id"), mode=asked["mode"],
            metadata=asked.get("metadata", {}), amount_total=amount, currency=price["currency"],
            payment_intent=None, payment_method_types=["card"],
            success_url=asked["success_url"], cancel_url=asked["cancel_url"], url="",
            about=asked.get("payment_intent_data", {}).get("metadata", {}),
        )  # fmt: skip
        session["url"] = f"{self.url}/c/pay/{session['id']}"
        return session

    def expire_session(self, session_id: str) -> Thing:
        session = self.get(session_id)
        if session["status"] != "open":
            raise Wrong("", "Only Checkout Sessions with a status in [open] can be expired")
        session |= {"status": "expired", "url": None}
        self.tell("checkout.session.expired", session)
        return session

    def make_refund(self, asked: Thing) -> Thing:
        intent = self.get(asked["payment_intent"])
        amount = int(asked.get("amount", intent["amount_received"]))
        gone = sum(
            one["amount"] for one in self.of("refund")
            if one["payment_intent"] == intent["id"] and one["status"] in ("succeeded", "pending")
        )  # fmt: skip
        if gone + amount > intent["amount_received"]:
            raise Wrong("charge_already_refunded", "Refund is greater than what is left")
        refund = self.new(
            "refund", "re", payment_intent=intent["id"], charge=intent["latest_charge"],
            amount=amount, currency=intent["currency"], status="succeeded",
            metadata=asked.get("metadata", {}),
        )  # fmt: skip
        self._settles(refund, -amount, intent["currency"])
        self.tell("refund.created", refund)
        charge = {"id": intent["latest_charge"], "object": "charge"}
        self.tell("charge.refunded", charge | {"payment_intent": intent["id"]})
        return refund

    def make_transfer(self, asked: Thing) -> Thing:
        if asked["destination"] not in self.accounts:
            raise Wrong("account_invalid", f"No such destination: {asked['destination']}")
        made = self.new(
            "transfer", "tr", amount=int(asked["amount"]), currency=asked["currency"],
            destination=asked["destination"], metadata=asked.get("metadata", {}),
            transfer_group=asked.get("transfer_group"), amount_reversed=0, reversed=False,
        )  # fmt: skip
        self._settles(made, -made["amount"], made["currency"])
        return made

    def reverse_transfer(self, transfer_id: str, amount: int | None = None) -> str:
        """Somebody takes a transfer back in Stripe's dashboard, whole or in part."""
        transfer = self.get(transfer_id)
        left = transfer["amount"] - transfer["amount_reversed"]
        amount = left if amount is None else amount
        assert 0 < amount <= left, (amount, left)
        made = self.new(
            "transfer_reversal", "trr", transfer=transfer_id, amount=amount,
            currency=transfer["currency"], metadata={},
        )  # fmt: skip
        self._settles(made, amount, transfer["currency"])
        transfer["amount_reversed"] += amount
        transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
        self.tell("transfer.reversed", transfer)
        return str(made["id"])

    def get(self, thing_id: str) -> Thing:
        if thing_id not in self.all:
            raise Wrong("resource_missing", f"No such object: {thing_id}", 404)
        return self.all[thing_id]

    # what happens at Stripe without the board

    def pay(self, session_id: str, amount: int | None = None, currency: str = "") -> str:
        """The payer pays; `amount` and `currency` are for money that is not what was asked for."""
        session = self.get(session_id)
        assert session["status"] == "open", session["status"]
        total = session["amount_total"] if amount is None else amount
        intent = self.new(
            "payment_intent", "pi", amount=total, amount_received=total,
            currency=currency or session["currency"], status="succeeded",
            metadata=session["about"],
        )  # fmt: skip
        charge = self.new("charge", "ch", payment_intent=intent["id"], amount=total)
        intent["latest_charge"] = charge["id"]
        self._settles(charge, total, intent["currency"], total * 29 // 1000 + 30)
        session |= {
            "status": "complete", "payment_status": "paid", "payment_intent": intent["id"],
            "amount_total": total, "currency": intent["currency"], "url": None,
        }  # fmt: skip
        self.tell("checkout.session.completed", session)
        return str(intent["id"])

    def pay_slowly(self, session_id: str, *, works: bool) -> None:
        """A payment that is decided days later (a debit): first complete, then paid or failed."""
        self.pay(session_id)
        session = self.get(session_id)
        intent = self.get(session["payment_intent"])
        if works:
            self.tell("checkout.session.async_payment_succeeded", session)
            return
        charges = [one["id"] for one in self.of("charge") if one["payment_intent"] == intent["id"]]
        for moved in self.of("balance_transaction"):
            if moved["source"] in charges:
                del self.all[moved["id"]]
        session["payment_status"] = "unpaid"
        intent |= {"status": "requires_payment_method", "amount_received": 0}
        self.tell("checkout.session.async_payment_failed", session)

    def refund_by_hand(self, intent_id: str, amount: int) -> str:
        """Somebody refunds in Stripe's dashboard."""
        refund = self.make_refund({"payment_intent": intent_id, "amount": amount})
        return str(refund["id"])

    def fail_refund(self, refund_id: str) -> None:
        """The card's bank sends a refund back."""
        refund = self.get(refund_id)
        refund["status"] = "failed"
        self._settles(refund, refund["amount"], refund["currency"])
        self.tell("refund.failed", self.get(refund_id))

    def dispute(self, intent_id: str, amount: int) -> str:
        """The card's owner objects, and the money is withdrawn."""
        intent = self.get(intent_id)
        dispute = self.new(
            "dispute", "dp", payment_intent=intent_id, charge=intent["latest_charge"],
            amount=amount, currency=intent["currency"], status="needs_response",
            balance_transactions=[],
        )  # fmt: skip
        self.tell("charge.dispute.created", dispute)
        self._move(dispute, -amount, 1500)
        self.tell("charge.dispute.funds_withdrawn", dispute)
        return str(dispute["id"])

    def decide(self, dispute_id: str, *, won: bool) -> None:
        """The dispute is over; money that is won is given back."""
        dispute = self.get(dispute_id)
        dispute["status"] = "won" if won else "lost"
        self.tell("charge.dispute.closed", dispute)
        if won:
            self._move(dispute, dispute["amount"], -1500)
            self.tell("charge.dispute.funds_reinstated", dispute)

    def _move(self, dispute: Thing, amount: int, fee: int) -> None:
        moved = self._settles(dispute, amount, dispute["currency"], fee)
        dispute["balance_transactions"] = [*dispute["balance_transactions"], moved]

    def _settles(self, source: Thing, amount: int, currency: str, fee: int = 0) -> Thing:
        """What it does to the balance there, in the account's own currency."""
        return self.new(
            "balance_transaction", "txn", amount=amount, fee=fee, net=amount - fee,
            currency=self.settles or currency, source=source["id"], type=source["object"],
        )  # fmt: skip
