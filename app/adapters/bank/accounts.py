"""Account numbers, and the QR code of a SEPA transfer."""

from __future__ import annotations

import re
from collections.abc import Iterable

_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}")
CURRENCY = "EUR"
"""The code of the European Payments Council knows no other."""
_MOST_MINOR = 99_999_999_999


def iban_in(account: str) -> str:
    """The IBAN inside what somebody wrote as an account, or nothing.

    >>> iban_in("Acme client money, DE89 3704 0044 0532 0130 00"), iban_in("021000021 / 12345")
    ('DE89370400440532013000', '')
    """
    from schwifty import IBAN

    for found in _IBAN.finditer(account.upper()):
        signs = found.group().replace(" ", "")
        for end in range(len(signs), 14, -1):  # words after the number may look like its signs
            iban = IBAN(signs[:end], allow_invalid=True)
            if iban.is_valid:
                return str(iban.compact)
    return ""


def numbers_in(accounts: Iterable[str]) -> list[str]:
    """The account numbers inside what somebody wrote as accounts, IBANs and others.

    >>> numbers_in(["Acme, DE89 3704 0044 0532 0130 00", "Acme, 30-90-89 12345678"])
    ['DE89370400440532013000', '89370400440532013000', '30908912345678', '12345678']
    """
    found: list[str] = []
    for account in accounts:
        found.append(iban_in(account))
        found += [re.sub(r"\D", "", one) for one in re.findall(r"\d[\d -]+\d", account)]
        found += re.findall(r"\d{6,}", account)
    return [one for one in dict.fromkeys(found) if len(one) >= 6]


def wrong_iban(account: str) -> str:
    """What looks like an IBAN in an account and cannot be one, or nothing.

    >>> wrong_iban("Ana, DE89 3704 0044 0532 0130 01"), wrong_iban("Ben, DE89370400440532013000")
    ('DE89 3704 0044 0532 0130 01', '')
    """
    from schwifty import IBAN
    from schwifty.exceptions import SchwiftyException

    if iban_in(account):
        return ""
    for found in _IBAN.finditer(account.upper()):
        try:
            length = IBAN(found.group(), allow_invalid=True).spec.iban_length
        except SchwiftyException:  # no country has IBANs that begin so
            continue
        signs = found.group().replace(" ", "")[:length]
        return " ".join(signs[place : place + 4] for place in range(0, len(signs), 4))
    return ""


def transfer_code(account: str, name: str, amount_minor: int, currency: str, reference: str) -> str:
    """The QR code that bank apps read, as inline SVG; nothing where there is no such code."""
    if currency != CURRENCY or not 0 < amount_minor <= _MOST_MINOR:
        return ""
    iban = iban_in(account)
    if not iban:
        return ""
    import segno

    lines = (
        *("BCD", "002", "1", "SCT", "", name[:70], iban),
        *(f"EUR{amount_minor // 100}.{amount_minor % 100:02d}", "", "", reference, ""),
    )
    code = segno.make("\n".join(lines), error="m", micro=False, encoding="utf-8")
    return str(code.svg_inline(scale=4, border=4, light="#fff", svgclass=None, lineclass=None))
