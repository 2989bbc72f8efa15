"""Reference codes that people copy into a bank transfer; a slip of the pen is noticed."""

from __future__ import annotations

import secrets

IN, OUT = "MP", "MO"
"""What the code of a payment begins with; and that of a refund or payout."""
_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0, 1, I, L, O, U: what handwriting and bank clerks confuse."""
_PRIME = 29


def new(kind: str = IN) -> str:
    """A fresh reference such as `MP-7K4D-92QX`; its last sign checks the others."""
    body = "".join(secrets.choice(_SIGNS) for _ in range(7))
    return _written(kind, body + _check(body))


def new_out() -> str:
    """A fresh reference of a refund or payout; the bank calls it the end-to-end id."""
    return new(OUT)


def tidy(text: str) -> str | None:
    """The reference inside what a bank statement says, as we write it, or None.

    >>> tidy("payment mp 7k4d 92qx thanks"), tidy("MP-7K4D-92QZ") is None
    (None, True)
    """
    found = all_in(text)
    return found[0] if found else None


def all_in(text: str, kind: str = IN) -> list[str]:
    """Every reference of a kind inside a text, each once, in the order of the text."""
    signs = "".join(sign for sign in text.upper() if sign.isalnum())
    found: dict[str, None] = {}
    for start in range(len(signs) - 9):
        body = signs[start + 2 : start + 10]
        if signs[start : start + 2] == kind and all(sign in _SIGNS for sign in body):
            if _check(body[:7]) == body[7]:
                found[_written(kind, body)] = None
    return list(found)


def _check(body: str) -> str:
    """A sign that changes when one sign is mistyped or two neighbours are swapped."""
    total = sum(place * _SIGNS.index(sign) for place, sign in enumerate(body, 2))
    return _SIGNS[total % _PRIME]


def _written(kind: str, signs: str) -> str:
    return f"{kind}-{signs[:4]}-{signs[4:]}"
