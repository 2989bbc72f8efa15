"""One table words why a payment is no longer needed as it was, for pages and for e-mails."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow.models import Payment
from app.people.models import Person

WHY = {
    "terms": "New terms are in force, and they ask for another sum.",
    "countered": "{other} proposed changes instead of accepting your terms.",
    "declined": "{other} declined your terms.",
    "withdrawn": "You withdrew your terms.",
    "lapsed": "Your terms expired without an answer.",
    "ended": "The engagement, or this part of it, has ended.",
    "asked_back": "The money that you asked back went back, so another sum is needed.",
    "dormant": "Nothing happened for 90 days, so what was in escrow went back to you.",
    "dispute": "A dispute has ended, and another sum is needed.",
    "paid": "Other money came for the same.",
    "returned": "Money that had come was taken back by the bank, so another sum is needed.",
    "not_sent": "You said that another payment was not sent, so another sum is needed.",
}
"""What made a payment moot, by `superseded_why`."""


def why_superseded(session: Session, payment: Payment) -> str:
    """What made a payment moot, as its payer reads it; empty where nothing did."""
    room = session.get_one(Engagement, payment.engagement_id)
    other = session.get_one(Person, room.freelancer_id).name
    sentence = WHY.get(payment.superseded_why, "")
    return sentence.replace("{other}", other)
