"""The field :86: of MT940: who is at the other end, and what they wrote, as countries have it.

Germany, Austria and Poland number its parts (`?20`, `>20`, `<20`), the Netherlands put them
between strokes (`/NAME/…/REMI/…`) or behind words (`NAAM: …`); others write plain text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.adapters.bank.plain import reference, words

_NUMBERED = re.compile(r"\s*(?:\d{3}\n)?(\d{3}|)\s*([?>^~<@!|&*#])(?=\d{2})")
"""Some banks give the code in a field :86: of its own first."""
_NAMES = (("32", "33"), ("27", "28", "29"))
"""Where names stand; in Poland, some banks have none in the first, and them in the second."""
_PART = 27
"""The length of a numbered part: a full one goes on in the next without a blank."""
_IDS = "EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|RREF"
_KEYS = (re.compile(rf"\b({_IDS})\+"), re.compile(rf"\b({_IDS}):"))
"""A colon counts only where no key has the plus of the standard: payers write colons, too."""
_SLASHED = re.compile(
    r"/(EREF|PREF|IREF|CREF|NAME|IBAN|BIC|REMI|ORDP|BENM|CNTP|CSID|MARF|TRTP|TRCD|SVCL|PURP|ULTB"
    r"|ULTD|ULTC|RTRN|ISDT|ADDR|INIT|SWIFT|OCMT|CHGS|EXCH|ACCW|ID|PY|NTRX|SUBID|BUSP|NRTX)/"
)
_WORDED = re.compile(
    r"(?:(?<=\s)|^)(REK(?:ENING)?(?:\s?NR)?|TEGENREKENING|IBAN|BIC|NAAM(?: TEGENPARTIJ)?|NAME"
    r"|OMSCHRIJVING|BETALINGSKENM(?:ERK)?\.?|KENMERK|MACHTIGING|INCASSANT(?: ID)?|EREF"
    r"|TRANSACTIEDATUM|WAARDE(?:DATUM)?|EINDE|DESCRIPTION|REFERENCE|ACCOUNT|REM|ORD|BEN"
    r")\s?:\s*",
    re.IGNORECASE,
)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_RETURNED = re.compile(
    r"\b(STORNO\w*|R(?:UE|Ü)CK(?:LASTSCHRIFT|UEBERWEISUNG|ÜBERWEISUNG|BUCHUNG|GABE)|RETOURE"
    r"|REVERSAL|RUECKL|RETURN(?:ED)? (?:PAYMENT|TRANSFER))\b",
    re.IGNORECASE,
)
_RETURN_CODES = frozenset({"108", "109", "159", "184", "185"})
"""What German banks call returns: of direct debits, and of SEPA transfers."""


@dataclass(frozen=True, slots=True)
class Details:
    """What a line says of the other side."""

    name: str = ""
    account: str = ""
    text: str = ""
    end_to_end: str = ""
    is_reversal: bool = False


def details_of(said: str, *, own: str, below: Sequence[str]) -> Details:
    """The details in :86:, with the owner's reference in :61: and the lines below it."""
    numbered = _NUMBERED.match(said)
    if numbered:
        return _numbered(said, numbered.group(1), numbered.group(2), below)
    joined = said.replace("\n", "")
    parts = _parts(_SLASHED, joined)
    if parts and joined.lstrip().startswith("/"):
        return _slashed(parts, below)
    worded = _parts(_WORDED, " ".join(said.split()))
    if {"REK", "NAAM", "IBAN", "NAME", "OMSCHRIJVING"} & set(worded):
        return _worded(worded, said, below)
    return _plain(said, own, below)


def _numbered(said: str, code: str, sign: str, below: Sequence[str]) -> Details:
    pieces = re.split(re.escape(sign) + r"(0\d|10|2\d|3[0-8]|6\d)", said.replace("\n", ""))
    parts: dict[str, str] = {}
    for number, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        parts[number] = f"{parts[number]} {piece}" if number in parts else piece
    names = _NAMES[_has_names_in_texts(parts)]
    texts = [one for one in map(str, range(20, 30)) if one not in names]
    purpose = _joined(parts, [*texts, *map(str, range(60, 64))])
    keys = next((one for one in _KEYS if one.search(purpose)), _KEYS[0])
    keyed = _parts(keys, purpose)
    free = keys.split(purpose, maxsplit=1)[0]
    text = words(keyed.get("SVWZ"), free, keyed.get("KREF"), keyed.get("RREF"), keyed.get("ABWA"))
    whole = parts.get("38", "").replace(" ", "")
    other = whole if _IBAN.fullmatch(whole) else parts.get("31") or whole or keyed.get("IBAN")
    return Details(
        name=words(_joined(parts, names))[:200],
        account=_account(other),
        text=words(text, *below) or words(parts.get("00")),
        end_to_end=reference(keyed.get("EREF")),
        is_reversal=code in _RETURN_CODES or bool(_RETURNED.search(parts.get("00", ""))),
    )


def _has_names_in_texts(parts: Mapping[str, str]) -> bool:
    other = (parts.get("38") or parts.get("31") or "").strip()
    return other.startswith("PL") and "27" in parts and not ("32" in parts or "33" in parts)


def _joined(parts: Mapping[str, str], numbers: Sequence[str]) -> str:
    """Parts one after the other; one that is not full ends with a blank."""
    text = ""
    for number in numbers:
        piece = parts.get(number, "")
        text += piece if len(piece) >= _PART or not piece else f"{piece} "
    return text


def _parts(keys: re.Pattern[str], text: str) -> dict[str, str]:
    """What stands behind each key, up to the next; the first counts, since texts may hold keys."""
    found: dict[str, str] = {}
    places = list(keys.finditer(text))
    for at, place in enumerate(places):
        end = places[at + 1].start() if at + 1 < len(places) else len(text)
        key = re.sub(r"[\s.]", "", place.group(1).upper())
        value = text[place.end() : end].strip()
        if value or key not in found:
            found.setdefault(key, value) if found.get(key) else found.update({key: value})
    return found


def _slashed(parts: Mapping[str, str], below: Sequence[str]) -> Details:
    account, name = parts.get("IBAN", ""), parts.get("NAME", "")
    if "CNTP" in parts:  # account/bank/name/place
        said = [one.strip() for one in parts["CNTP"].split("/")] + ["", "", ""]
        account, name = said[0] or account, said[2] or name
    for party in ("ORDP", "BENM"):
        first, _, rest = parts.get(party, "").strip("/").partition("/")
        if _IBAN.fullmatch(first):
            account, first = account or first, rest.strip("/")
        name = name or first
    accounts = [one.strip() for one in below if _IBAN.fullmatch(one.strip())]
    account = account or next(iter(accounts), "")  # below :61:, as Rabobank has it
    below = [one for one in below if one.strip() not in accounts]
    remitted = re.sub(r"^/*(USTD|STRD)/+((CUR|ISO)/)?", "", parts.get("REMI", "")).strip("/ ")
    more = (parts.get("RTRN"), parts.get("PREF"))
    return Details(
        name=words(name.strip("/"))[:200],
        account=_account(account),
        text=words(remitted, *more, *(one for one in below if not one.startswith("/"))),
        end_to_end=reference(parts.get("EREF", "").strip("/ ")),
        is_reversal="RTRN" in parts,
    )


def _worded(parts: Mapping[str, str], said: str, below: Sequence[str]) -> Details:
    """`REK: … NAAM: … OMSCHRIJVING: …`; what is behind no word stays in the text."""
    account = next((parts[key] for key in ("IBAN", "REK", "REKENING") if parts.get(key)), "")
    account = account or parts.get("TEGENREKENING", "") or parts.get("REKENINGNR", "")
    name = parts.get("NAAM") or parts.get("NAAMTEGENPARTIJ") or parts.get("NAME") or ""
    text = parts.get("OMSCHRIJVING") or parts.get("DESCRIPTION")
    more = parts.get("BETALINGSKENM") or parts.get("BETALINGSKENMERK") or parts.get("KENMERK")
    return Details(
        name=words(name)[:200],
        account=_account(account),
        text=words(text, more, *below) if text else words(said, *below),
        end_to_end=reference(parts.get("EREF")),
        is_reversal=bool(_RETURNED.search(said[:60])),
    )


def _plain(said: str, own: str, below: Sequence[str]) -> Details:
    """Plain text, which may begin with the account and the name; :61: may hold them, too."""
    first, _, rest = said.strip().partition("\n")
    account, _, name = first.strip().partition(" ")
    if not _IBAN.fullmatch(account):
        account, name, rest = "", "", said
    own = own.replace(" ", "").upper()
    if not account and _IBAN.fullmatch(own):
        account = own
    if account and not name.strip() and below:
        name = below[0]
    texts = [one for one in below if not one.startswith("/") and words(one) != words(name)]
    return Details(
        name=words(name)[:200] if account else "",
        account=account[:100],
        text=words(rest, *texts) or words(name),
        is_reversal=bool(_RETURNED.match(said.strip())),
    )


def _account(written: str | None) -> str:
    """An account as it is written; of an IBAN, what follows it is cut off."""
    plain = words(written)[:100]
    bare = plain.replace(" ", "")
    if _IBAN.fullmatch(bare):
        return bare
    return plain
