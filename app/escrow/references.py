"""Reference codes that people copy into a bank transfer; a slip of the pen is noticed."""

from __future__ import annotations

import secrets

IN, OUT = "MP", "MO"
"""What the code of a payment begins with; and that of a refund or payout."""
_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXY"
"""No 0, 1, I, L, O, U, Z: what handwriting and bank clerks confuse. 29 signs, and 29 is a prime:

only so no two of them are the same to the check.
"""


def new(kind: str = IN) -> str:
    """A fresh reference such as `MP-7K4D-92QH`; its last sign checks the others."""
    return complete("".join(secrets.choice(_SIGNS) for _ in range(7)), kind)


def complete(body: str, kind: str = IN) -> str:
    """The reference that begins with these seven signs.

    >>> complete("7K4D92Q")
    'MP-7K4D-92QH'
    """
    return _written(kind, body + _check(body))


def new_out() -> str:
    """A fresh reference of a refund or payout; the bank calls it the end-to-end id."""
    return new(OUT)


def tidy(text: str) -> str | None:
    """The reference inside what a bank statement says, as we write it, or None.

    >>> tidy("payment mp 7k4d 92qh thanks"), tidy("MP-7K4D-92QX")
    ('MP-7K4D-92QH', None)
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
    """A sign that no other fits when one sign is mistyped or two neighbours are swapped.

    Each place counts with a weight of its own (2 to 8, and the check with -1), none of them and no
    difference of two neighbours is zero modulo the number of signs.
    """
    total = sum(weight * _SIGNS.index(sign) for weight, sign in enumerate(body, 2))
    return _SIGNS[total % len(_SIGNS)]


def _written(kind: str, signs: str) -> str:
    return f"{kind}-{signs[:4]}-{signs[4:]}"
