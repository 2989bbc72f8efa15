"""A client who pays by card, beside the stand-in for Stripe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.escrow import audit
from tests.cards import CardRoom, card_room
from tests.stripe_stand_in import StandIn


@pytest.fixture
def cards(session: Any, stripe: StandIn) -> Iterator[CardRoom]:
    """An agreed room; whatever a test did, the books are whole after it."""
    found = card_room(session, stripe)
    yield found
    assert audit.audit(session) == []
