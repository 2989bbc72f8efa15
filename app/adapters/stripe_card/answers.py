"""What Stripe's errors mean to whoever asked: no for good, or nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.escrow.provider import Declined, Unclear

EMPTY = "balance_insufficient"
LATER = ("lock_timeout", "rate_limit", "idempotency_key_in_use", EMPTY)
"""Nothing was done, and it may be done later: the board's money at Stripe is there after days."""


@contextmanager
def answered() -> Iterator[None]:
    """Turn the library's errors into Declined and Unclear.

    A wrong or powerless key is nothing that the payer could help: it is Unclear until the
    operator has mended it. Stripe keeps a 500 under its idempotency key and repeats it, and it
    refuses a key that comes with other words: then only another key helps.
    """
    import stripe

    try:
        yield
    except (stripe.RateLimitError, stripe.AuthenticationError, stripe.PermissionError) as trouble:
        raise Unclear(_words(trouble), busy=True) from None
    except stripe.IdempotencyError as trouble:
        raise Unclear(_words(trouble), stuck=trouble.http_status == 400) from None
    except (stripe.InvalidRequestError, stripe.CardError) as trouble:
        if trouble.code in LATER:
            raise Unclear(_words(trouble), stuck=trouble.code == EMPTY, busy=True) from None
        raise Declined(_words(trouble), code=trouble.code or "") from None
    except stripe.StripeError as trouble:
        replayed = (trouble.headers or {}).get("idempotent-replayed") == "true"
        raise Unclear(_words(trouble), stuck=replayed) from None


def _words(trouble: Exception) -> str:
    said = str(getattr(trouble, "user_message", None) or type(trouble).__name__)
    return f"{type(trouble).__name__}: {said.splitlines()[0]}"[:500]
