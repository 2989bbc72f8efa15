"""Card payments by Stripe, through its official library (imported only where it is used)."""

from __future__ import annotations

from app.adapters.stripe_card.provider import StripeProvider
from app.escrow.provider import PaymentProvider
from app.settings import Settings

EXTENSION = "milepost_card"
"""Where the factory keeps the provider."""


def card_provider(settings: Settings) -> PaymentProvider | None:
    """The provider of card payments that the settings ask for, or None."""
    if not settings.stripe_key:
        return None
    return StripeProvider(settings.stripe_key, settings.stripe_webhook_secret, settings.stripe_api)
