"""Reference codes that people copy into a bank transfer; a slip of the pen is noticed."""

from __future__ import annotations

import secrets

_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0, 1, I, L, O, U: what handwriting and bank clerks confuse."""
_PRIME = 29


def new() -> str:
    """A fresh reference such as `MP-7K4D-92QX`; its last sign checks the others."""
    body = "".join(secrets.choice(_SIGNS) for _ in range(7))
    return _written(body + _check(body))


def tidy(text: str) -> str | None:
    """The reference inside what a bank statement says, as we write it, or None.

    >>> tidy("payment mp 7k4d 92qx thanks"), tidy("MP-7K4D-92QZ") is None
    (None, True)
    """
    signs = "".join(sign for sign in text.upper() if sign.isalnum())
    for start in range(len(signs) - 9):
        body = signs[start + 2 : start + 10]
        if signs[start : start + 2] == "MP" and all(sign in _SIGNS for sign in body):
            if _check(body[:7]) == body[7]:
                return _written(body)
    return None


def _check(body: str) -> str:
    """A sign that changes when one sign is mistyped or two neighbours are swapped."""
    total = sum(place * _SIGNS.index(sign) for place, sign in enumerate(body, 2))
    return _SIGNS[total % _PRIME]


def _written(signs: str) -> str:
    return f"MP-{signs[:4]}-{signs[4:]}"
