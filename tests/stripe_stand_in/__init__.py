"""A stand-in for Stripe: keeps state, honours idempotency keys, signs webhooks, and misbehaves.

stripe = StandIn(); stripe.start()      # on a free port of 127.0.0.1; `.url`
stripe.faults = [LOST, None, BUSY]      # one for each request that comes; then none
stripe.pay(checkout_id)                 # what happens at Stripe, told as acts
stripe.posts()                          # the signed webhooks of all that happened
"""

from __future__ import annotations

from tests.stripe_stand_in.server import BROKEN, BUSY, FAULTS, LOST, RESET, STRUCK, StandIn

__all__ = ["BROKEN", "BUSY", "FAULTS", "LOST", "RESET", "STRUCK", "StandIn"]
