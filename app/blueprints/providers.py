"""The card provider that the factory wired in, for pages that offer it."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

from flask import current_app, g

from app.adapters.stripe_card import EXTENSION
from app.escrow.cards.errands import Desk
from app.escrow.provider import PaymentProvider
from app.settings import Settings

CHECKOUT = "https://checkout.stripe.com"


def card_provider() -> PaymentProvider | None:
    """The provider of card payments, where this board has one."""
    return cast("PaymentProvider | None", current_app.extensions[EXTENSION])


def card_desk() -> Desk | None:
    """The provider, and the address to which payers come back."""
    provider = card_provider()
    settings: Settings = current_app.config["MILEPOST"]
    return Desk(provider, settings.url, settings.secret_key) if provider else None


def may_lead_there() -> None:
    """Let the forms of this page lead on to the provider's own: browsers stop them otherwise."""
    settings: Settings = current_app.config["MILEPOST"]
    parts = urlsplit(settings.stripe_api)
    own = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    g.form_target = f" {CHECKOUT}{own}"
