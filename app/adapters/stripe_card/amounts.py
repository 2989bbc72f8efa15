"""Our minor units and Stripe's, which differ for a few currencies (docs.stripe.com/currencies).

Stripe counts ISK, UGX and some others with two decimals where CLDR has none; and it takes
currencies with three decimals only in whole tens.
"""

from __future__ import annotations

from app.kernel import money

_NONE = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
     "XOF", "XPF")
)  # fmt: skip
_THREE = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))
_WHOLE = frozenset(("ISK", "UGX"))
"""Two decimals in Stripe's figures, and nothing but whole ones taken."""


class NoAmount(ValueError):
    """An amount that the other side cannot write."""


def theirs(amount_minor: int, currency: str) -> int:
    """Our minor units as Stripe counts them. Raises NoAmount.

    >>> theirs(1250, "USD"), theirs(1250, "JPY"), theirs(40, "ISK"), theirs(5120, "KWD")
    (1250, 1250, 4000, 5120)
    """
    amount, rest = _scaled(amount_minor, _decimals(currency) - money.decimals(currency))
    if rest or (currency in _THREE and amount % 10) or (currency in _WHOLE and amount % 100):
        raise NoAmount(f"{amount_minor} {currency}")
    return amount


def ours(amount: int, currency: str) -> int | None:
    """Stripe's figure in our minor units; None where it cannot be written in ours.

    >>> ours(4000, "ISK"), ours(4010, "ISK"), ours(1250, "USD")
    (40, None, 1250)
    """
    found, rest = _scaled(amount, money.decimals(currency) - _decimals(currency))
    return None if rest else found


def _decimals(currency: str) -> int:
    return 0 if currency in _NONE else 3 if currency in _THREE else 2


def _scaled(amount: int, by: int) -> tuple[int, int]:
    return divmod(amount, 10**-by) if by < 0 else (amount * 10**by, 0)
