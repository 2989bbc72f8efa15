"""The methods of payment on offer, and the page of a payment that waits for the bank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from markupsafe import Markup

from app.adapters import bank, test_money
from app.blueprints.guards import board, me
from app.blueprints.locale import formats
from app.blueprints.providers import card_provider, may_lead_there
from app.escrow import accounts, ledger, payments
from app.escrow.models import Milestone, Payment
from app.escrow.provider import CARD
from app.extensions import db
from app.kernel import clock
from app.people import board as boards
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Asked:
    """A milestone that may be funded, as the page lists it."""

    id: str
    title: str
    lacks_minor: int
    amount_minor: int
    due: str


def methods(currency: str) -> list[tuple[str, str]]:
    """The methods that a client may choose: (value, words)."""
    settings: Settings = current_app.config["MILEPOST"]
    found = [("bank", "Bank transfer (1 to 2 working days, no charge)")]
    provider = card_provider()
    if provider and provider.offers(currency):
        may_lead_there()
        found.append((CARD, "Card (Stripe)"))
    if test_money.offered(settings):
        found.append((test_money.NAME, "Test money (at once; nothing here is real)"))
    stands = ledger.balance(db.session(), accounts.balance(me().id), currency)
    if stands:
        found.append(("balance", f"Your balance ({formats().money(stands, currency)}, at once)"))
    return found


def finish(payment: Payment) -> str:
    """Let test money arrive; what to say about the payment."""
    return paid(payment, "{amount} is in escrow.")


def paid(payment: Payment, done: str) -> str:
    """The same, saying `done` where the money is here."""
    session, shows = db.session(), formats()
    test_money.arrive(session, payment, by=me(), at=clock.now())
    amount = shows.money(payment.amount_minor, payment.currency)
    if payment.state == "settled":
        return done.format(amount=amount)
    if payment.provider == CARD:
        return ""
    return f"{amount} is awaited. Send it from your bank with the reference below."


def waiting(payment: Payment) -> dict[str, Any]:
    """The context of the page that waits for the bank."""
    session, here = db.session(), board()
    account = boards.account_for(session, payment.currency)
    name = here.name if here else "Milepost"
    code = bank.transfer_code(
        account, name, payment.amount_minor, payment.currency, payment.reference
    )
    return {
        "payment": payment,
        "titles": titles(payment),
        "account": account,
        "contact": here.contact_email if here else "",
        "code": Markup(code),  # noqa: S704 (our own drawing)
    }


def titles(payment: Payment) -> list[str]:
    """What a payment is for, in words."""
    session = db.session()
    if payment.bonus:
        rewarded = session.get(Milestone, payment.for_milestone_id or "")
        return [f"bonus for “{rewarded.title}”" if rewarded else "bonus"]
    parts = payments.parts(session, payment)
    return [session.get_one(Milestone, part.milestone_id).title for part in parts]


def sums_text(asked: Mapping[str, int]) -> str:
    """The sums that a page asks for, by milestone, as its form carries them unseen."""
    return " ".join(f"{milestone_id}:{minor}" for milestone_id, minor in asked.items())


def sums_shown() -> dict[str, int]:
    """The sums that the page of the form asked for, by milestone, as `sums_text` wrote them."""
    pairs = (one.rpartition(":") for one in request.form.get("shown", "").split())
    return {
        milestone_id: int(minor)
        for milestone_id, _, minor in pairs
        if minor.isascii() and minor.isdigit() and len(minor) < 19
    }


def open_for(milestone_id: str, revision_id: str = "") -> Payment | None:
    """The payment that is under way for a milestone."""
    return payments.open_payment(db.session(), milestone_id, revision_id)
