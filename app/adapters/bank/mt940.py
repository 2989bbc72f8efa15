"""MT940, the statement of SWIFT, as banks of many countries bend it."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from app.adapters.bank.mt940_details import Details, details_of
from app.adapters.bank.plain import (
    balanced,
    counted,
    cut_short,
    minor,
    reference,
    refuse_many,
    unreadable,
    words,
)  # fmt: skip
from app.escrow.bank.lines import Line, Statement

_TAG = re.compile(r":(\d{2}[A-Z]?|NS):")
_TAGS = re.compile(r"2[01]|25P?|28C?|13D?|6[02][FM]|61|86|6[45]|90[CD]|34F|NS")
"""What begins a field; a line of a text that only looks so stays in its text."""
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})([\d.,]{1,20})", re.ASCII)
_LINE = re.compile(
    r"(?P<day>\d{6})(?P<booked>\d{4}|\s{4})?(?P<mark>R?[CD]|E[CD])(?P<funds>[A-Z])?\s?"
    r"(?P<amount>\d[\d,.]{0,17}|,\d{1,8})(?P<kind>[A-Z][A-Z0-9 ]{3})?(?P<rest>.*)",
    re.ASCII,
)
_SIGNS = {"C": 1, "RD": 1, "D": -1, "RC": -1}
"""RC takes back a credit, RD a debit."""
_RETURNED = "RTI"
"""The kind of a transaction that is a returned item."""
Fields = list[tuple[str, str]]


class Mt940:
    """Reads MT940, whatever way of writing :86: a country has."""

    name = "MT940"

    def knows(self, text: str) -> bool:
        """Whether the tags of a statement are there."""
        head = text[:20_000]
        if re.search(r"^(\{4:\s*)?:(20|25|60F):", head, re.MULTILINE):
            return bool(re.search(r":(25P?|60[FM]|61|86):", head))
        return False

    def read(self, text: str) -> list[Statement]:
        """Every statement of the file, or nothing of it. Raises Invalid."""
        text = text.replace("@@", "\n") if "@@:" in text[:200] else text  # as old files end lines
        refuse_many(len(re.findall(r"^:61:", text, re.MULTILINE)))
        return [balanced(_statement(fields)) for fields in _messages(_fields(text))]


@dataclass(slots=True)
class _Draft:
    """What was read of a statement so far."""

    account: str = ""
    number: str = ""
    currency: str = ""
    lines: list[tuple[str, str]] = field(default_factory=list)
    opening: tuple[date, str, int] | None = None
    closing: tuple[date, str, int] | None = None


def _fields(text: str) -> Fields:
    """Tags with what belongs to them, over several lines, without SWIFT's envelope."""
    found: Fields = []
    is_open = False
    for line in re.sub(r"\{4:\s*", "\n", text).split("\n"):
        tag = _TAG.match(line)
        if tag and _TAGS.fullmatch(tag.group(1)):
            found.append((tag.group(1), line[tag.end() :]))
            is_open = True
        elif line.rstrip() in ("-", "--") or line.startswith(("-}", "{1:", "{5:")):
            is_open = False
        elif is_open and found:
            name, said = found[-1]
            found[-1] = (name, f"{said}\n{line}") if len(said) < 20_000 else (name, said)
    return found


def _messages(fields: Fields) -> Iterator[Fields]:
    """The fields of each statement: it begins with :20:, or after a closing balance."""
    message: Fields = []
    is_closed = False
    for tag, said in fields:
        if message and (tag == "20" or (is_closed and tag in ("25", "25P", "28C", "60F", "60M"))):
            yield message
            message, is_closed = [], False
        message.append((tag, said))
        is_closed = is_closed or tag in ("62F", "62M")
    if message:
        yield message


def _statement(fields: Fields) -> Statement:
    draft = _Draft()
    above = ""
    for tag, said in fields:
        if tag in ("25", "25P"):
            draft.account = words(said.split("\n")[0])[:100]
        elif tag in ("28", "28C"):
            draft.number = words(said)[:35]
        elif tag in ("60F", "60M"):
            draft.opening = _balance(said)
        elif tag in ("62F", "62M"):
            draft.closing = _balance(said)
        elif tag == "61" and not draft.closing:
            draft.lines.append((said, ""))
        elif tag == "86" and above in ("61", "86") and not draft.closing:
            line, more = draft.lines[-1]
            draft.lines[-1] = (line, f"{more}\n{said}" if more else said)
        else:
            continue  # such as a stray :65: between a line and its details
        above = tag
    if draft.closing is None:
        raise cut_short("MT940", "a statement has no closing balance (:62F:)")
    return _made(draft, draft.closing)


def _made(draft: _Draft, closing: tuple[date, str, int]) -> Statement:
    currency = (draft.opening or closing)[1]
    if currency != closing[1]:
        raise unreadable("MT940", "its balances are in two currencies")
    lines: list[Line] = []
    skipped: list[str] = []
    for said, more in draft.lines:
        line = _line(said, more, currency)
        if isinstance(line, str):
            skipped.append(line)
        else:
            lines.append(line)
    return Statement(
        "MT940", draft.account, tuple(lines),
        opening_minor=draft.opening[2] if draft.opening else None,
        closing_minor=closing[2], currency=currency,
        opening_on=draft.opening[0] if draft.opening else None,
        closing_on=closing[0], number=draft.number, skipped=counted(skipped),
    )  # fmt: skip


def _balance(said: str) -> tuple[date, str, int]:
    found = _BALANCE.match(said.strip())
    if found is None:
        raise cut_short("MT940", "a balance is not whole")
    side, day, currency, amount = found.groups()
    value = minor(_number(amount), currency, "MT940")
    return _day(day), currency, value if side == "C" else -value


def _line(said: str, more: str, currency: str) -> Line | str:
    """A line, or why it is none."""
    first, *below = said.split("\n")
    found = _LINE.match(first.strip())
    if found is None:
        raise unreadable("MT940", "a line (:61:) is not written as MT940 has it")
    mark = found["mark"]
    if mark in ("EC", "ED"):
        return "pending"
    amount = minor(_number(found["amount"]), currency, "MT940")
    if not amount:
        return "zero"
    own, _, theirs = found["rest"].partition("//")
    told = details_of(more, own=own, below=[one for one in below if one.strip()])
    kind = (found["kind"] or "")[1:]
    return Line(
        _day(found["day"]), currency, _SIGNS[mark] * amount,
        name=told.name, other_account=told.account, text=told.text,
        end_to_end=told.end_to_end or _own_reference(own, told),
        bank_id=reference(theirs),
        is_reversal=mark in ("RC", "RD") or kind == _RETURNED or told.is_reversal,
    )  # fmt: skip


def _own_reference(own: str, told: Details) -> str:
    """The reference of the account's owner, where it is one and no account."""
    found = reference(own)
    return "" if told.account and found.replace(" ", "") in told.account else found


def _number(written: str) -> str:
    """`1.234,5` as SWIFT means it: the last sign stands before the decimals."""
    whole, sign, part = written.rpartition(max(",.", key=written.rfind))
    return f"{re.sub('[.,]', '', whole)}.{part}" if sign else written


def _day(written: str) -> date:
    """A day of two digits each; some banks know a 30th of February."""
    year, month, day = (int(written[at : at + 2]) for at in (0, 2, 4))
    year += 2000 if year < 80 else 1900
    if month == 2 and day in (29, 30):
        day = min(day, calendar.monthrange(year, 2)[1])
    try:
        return date(year, month, day)
    except ValueError:
        raise unreadable("MT940", f"“{written[:6]}” is no day") from None
