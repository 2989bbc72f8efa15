"""What banks read: account numbers, and the QR code of a SEPA transfer."""

from __future__ import annotations

import re

_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}")
CURRENCY = "EUR"
"""The code of the European Payments Council knows no other."""
_MOST_MINOR = 99_999_999_999


def iban_in(account: str) -> str:
    """The IBAN inside what the operator wrote as the board's account, or nothing.

    >>> iban_in("Acme client money, DE89 3704 0044 0532 0130 00"), iban_in("021000021 / 12345")
    ('DE89370400440532013000', '')
    """
    for found in _IBAN.finditer(account.upper()):
        signs = found.group().replace(" ", "")
        for end in range(len(signs), 14, -1):  # words after the number may look like its signs
            if _right(signs[:end]):
                return signs[:end]
    return ""


def transfer_code(account: str, name: str, amount_minor: int, currency: str, reference: str) -> str:
    """The QR code that bank apps read, as inline SVG; nothing where there is no such code."""
    iban = iban_in(account)
    if currency != CURRENCY or not iban or not 0 < amount_minor <= _MOST_MINOR:
        return ""
    import segno

    lines = (
        *("BCD", "002", "1", "SCT", "", name[:70], iban),
        *(f"EUR{amount_minor // 100}.{amount_minor % 100:02d}", "", "", reference, ""),
    )
    code = segno.make("\n".join(lines), error="m", micro=False, encoding="utf-8")
    return str(code.svg_inline(scale=4, border=4, light="#fff", svgclass=None, lineclass=None))


def _right(iban: str) -> bool:
    """The check of ISO 13616: letters as numbers, the front at the back, one left of 97."""
    digits = "".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])
    return int(digits) % 97 == 1
