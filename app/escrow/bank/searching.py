"""Payments by what somebody reads on a bank statement: a reference, a piece of one, an amount."""

from __future__ import annotations

import re
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, false, func, or_

from app.escrow.models import Payment
from app.kernel import money

MOST = 100
LEAST = 3
"""How many signs of a reference must be known."""
_BEFORE = re.compile(r"^(?:[A-Za-z]{3}(?=[\s\d])|[^\w\s.,'’-])\s*")
_AFTER = re.compile(r"\s*(?:(?<=[\s\d])[A-Za-z]{3}|[^\w\s.,'’–—-])$")
"""A currency, as a sign or a code."""
_BETWEEN = re.compile(r"[\s'’–—-]")
_AMOUNT = re.compile(r"[0-9][0-9\s.,'’]*[–—-]*")


def meant(typed: str) -> ColumnElement[bool]:
    """The payments that somebody's words may mean, whatever became of them, as a condition."""
    either = [_by_reference(typed), *_by_amount(typed)]
    return or_(false(), *[one for one in either if one is not None])


def amounts(typed: str) -> set[Decimal]:
    """Every amount that these signs may be, however somebody's country writes it.

    >>> sorted(amounts("1.000")), amounts("$1,250.50"), amounts("MP-7K4D")
    ([Decimal('1.000'), Decimal('1000')], {Decimal('1250.50')}, set())
    """
    text = _AFTER.sub("", _BEFORE.sub("", typed.strip()))
    if len(text) > 30 or not _AMOUNT.fullmatch(text):
        return set()
    text = _BETWEEN.sub("", text).rstrip(".,")
    whole, sign, part = re.fullmatch(r"(.*?)([.,]?)(\d*)", text).groups()  # type: ignore[union-attr]
    if not sign:
        return {Decimal(text)}
    digits = re.sub("[.,]", "", whole)
    found = {Decimal(f"{digits or 0}.{part}")} if len(part) <= 3 else set()
    if len(part) == 3 and digits:  # it may group as well
        found.add(Decimal(digits + part))
    return found


def _by_reference(typed: str) -> ColumnElement[bool] | None:
    """The references that hold these signs, written with or without what stands between."""
    signs = "".join(sign for sign in typed.upper() if sign.isascii() and sign.isalnum())
    if len(signs) < LEAST:
        return None
    plain = func.replace(Payment.reference, "-", "")
    return plain.contains(signs, autoescape=True)


def _by_amount(typed: str) -> list[ColumnElement[bool]]:
    """Asked for or received, in any currency whose decimals allow it."""
    found: list[ColumnElement[bool]] = []
    for amount in amounts(typed):
        for decimals in (0, 2, 3):
            minor = amount.scaleb(decimals)
            if minor == int(minor) and 0 < minor <= money.MOST:
                found.append(_of(int(minor), decimals))
    return found


def _of(minor: int, decimals: int) -> ColumnElement[bool]:
    codes = [code for code in money.currencies() if money.decimals(code) == decimals]
    either = or_(Payment.amount_minor == minor, Payment.received_minor == minor)
    return and_(Payment.currency.in_(codes), either)
