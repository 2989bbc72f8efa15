"""CAMT.053, the statement of ISO 20022, versions 2 to 13 (`camt.053.001.02` and later)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from xml.etree.ElementTree import Element, ParseError

from app.adapters.bank.plain import (
    balanced,
    counted,
    cut_short,
    day,
    minor,
    reference,
    refuse_many,
    unreadable,
    words,
)
from app.escrow.bank.lines import Line, Statement
from app.kernel.errors import Invalid

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
"""The text is decoded already, so what it says of its encoding would only mislead."""
_ENDS_EARLY = frozenset({3, 5, 6, 20})
"""What expat calls: no element, a token, a letter, and a section that is not closed."""
_RETURNS = frozenset({"RRTN", "RPCR", "UPDD", "UPCT", "RRCT"})
"""Sub-families of transactions that take an earlier one back."""
_OPENINGS, _CLOSINGS = ("OPBD", "PRCD"), ("CLBD",)
MOST_TAGS = 60
"""Of a line, on average: more is no statement."""


class Camt:
    """Reads CAMT.053."""

    name = "CAMT.053"

    def knows(self, text: str) -> bool:
        """Whether this is XML that holds a statement of ISO 20022."""
        head = text[:4000]
        return "urn:iso:std:iso:20022" in head or bool(re.search(r"<(\w+:)?BkToCstmrStmt\b", head))

    def read(self, text: str) -> list[Statement]:
        """Every `Stmt`, with what was booked; what is only expected is left out."""
        root = _parsed(_DECLARATION.sub("", text, count=1), self.name)
        found = [one for part in root.iter("BkToCstmrStmt") for one in part.findall("Stmt")]
        if not found:
            raise unreadable(self.name, "it holds no statement")
        refuse_many(sum(1 for _ in root.iter("Ntry")))
        return [balanced(self._statement(one)) for one in found]

    def _statement(self, stmt: Element) -> Statement:
        account = _said(stmt, "Acct/Id/IBAN") or _said(stmt, "Acct/Id/Othr/Id")
        lines: list[Line] = []
        skipped: list[str] = []
        for entry in stmt.findall("Ntry"):
            if (_said(entry, "Sts/Cd") or _said(entry, "Sts")) not in ("", "BOOK"):
                skipped.append("pending")
                continue
            found = self._entry(entry)
            lines += [_without_own(line, account) for line in found]
            skipped += [] if found else ["zero"]
        refuse_many(len(lines))
        balances = [one for bal in stmt.findall("Bal") if (one := self._balance(bal))]
        opening, closing = _ends(balances, _said(stmt, "Acct/Ccy"))
        return Statement(
            self.name,
            words(account)[:100],
            tuple(lines),
            opening_minor=opening.amount_minor if opening else None,
            closing_minor=closing.amount_minor if closing else None,
            currency=next((one.currency for one in (closing, opening) if one), ""),
            opening_on=opening.on if opening else None,
            closing_on=closing.on if closing else None,
            number=words(_said(stmt, "ElctrncSeqNb") or _said(stmt, "LglSeqNb"))[:35],
            skipped=counted(skipped),
        )

    def _balance(self, bal: Element) -> Balance | None:
        """A balance of the books, None for those that are only available or expected."""
        kind = _said(bal, "Tp/CdOrPrtry/Cd")
        if kind not in (*_OPENINGS, *_CLOSINGS, "ITBD"):
            return None
        currency, amount = self._amount(bal.find("Amt"))
        on = _said(bal, "Dt/Dt") or _said(bal, "Dt/DtTm")
        sign = -1 if _said(bal, "CdtDbtInd") == "DBIT" else 1
        return Balance(kind, currency, sign * amount, day(on, self.name) if on else None)

    def _entry(self, entry: Element) -> list[Line]:
        """One line, or one for each transaction where the bank booked a batch and names each."""
        currency, total = self._amount(entry.find("Amt"))
        side = _said(entry, "CdtDbtInd")
        if side not in ("CRDT", "DBIT"):
            raise unreadable(self.name, "an entry does not say whether money came or went")
        if not total:
            return []
        sign = 1 if side == "CRDT" else -1
        details = entry.findall("NtryDtls/TxDtls")
        parts = self._parts(details, currency, total)
        facts = _Facts(
            value_on=day(_day_of(entry), self.name),
            currency=currency,
            more=_said(entry, "AddtlNtryInf"),
            is_reversal=_is_reversal(entry),
        )
        bank_id = reference(_said(entry, "AcctSvcrRef"))
        if not parts:
            own = reference(_said(details[0], "Refs/AcctSvcrRef")) if details else ""
            return [facts.line(sign * total, details or [entry], bank_id or own)]
        rows = []
        for place, (one, amount) in enumerate(zip(details, parts, strict=True), 1):
            own = reference(_said(one, "Refs/AcctSvcrRef"))
            own = own if own and own != bank_id else f"{bank_id}/{place}" if bank_id else ""
            if amount:
                rows.append(facts.line(sign * amount, [one], own))
        return rows

    def _amount(self, amount: Element | None) -> tuple[str, int]:
        if amount is None or not amount.text:
            raise unreadable(self.name, "an entry has no amount")
        currency = amount.get("Ccy", "")
        found = minor(amount.text, currency, self.name)
        if found < 0:
            raise unreadable(self.name, "an amount is below zero")
        return currency, found

    def _parts(self, details: list[Element], currency: str, total: int) -> list[int]:
        """The amounts of a batch, where each is named and they sum to what was booked."""
        if len(details) < 2:
            return []
        parts = []
        for one in details:
            amount = one.find("Amt")
            if amount is None:
                amount = one.find("AmtDtls/TxAmt/Amt")
            if amount is None or amount.get("Ccy") != currency:
                return []
            parts.append(self._amount(amount)[1])
        return parts if sum(parts) == total else []


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance of the books on a day."""

    kind: str
    currency: str
    amount_minor: int
    on: date | None


@dataclass(frozen=True, slots=True)
class _Facts:
    """What an entry says for each of its transactions."""

    value_on: date
    currency: str
    more: str
    is_reversal: bool

    def line(self, amount: int, details: list[Element], bank_id: str) -> Line:
        """A line of one transaction, or of several that the bank does not tell apart."""
        is_reversal = self.is_reversal or any(map(_is_return, details))
        as_before = [_party(one, is_credit=(amount > 0) != is_reversal) for one in details]
        as_now = [_party(one, is_credit=amount > 0) for one in details]
        name, other = next((one for one in (*as_before, *as_now) if any(one)), ("", ""))
        return Line(
            self.value_on,
            self.currency,
            amount,
            name=words(name)[:200],
            other_account=words(other)[:100],
            text=words(*(text for one in details for text in _texts(one)), self.more),
            end_to_end=words(*(_end_to_end(one) for one in details))[:100],
            bank_id=bank_id,
            is_reversal=is_reversal,
        )


def _ends(balances: list[Balance], currency: str) -> tuple[Balance | None, Balance | None]:
    """Opening and closing balance; pages of a long statement end and begin between them."""
    codes = {one.currency for one in balances}
    currency = currency if currency in codes or len(codes) != 1 else codes.pop()
    own = [one for one in balances if one.currency == currency]
    between = [one for one in own if one.kind == "ITBD"]
    opening = next((one for kind in _OPENINGS for one in own if one.kind == kind), None)
    closing = next((one for one in own if one.kind in _CLOSINGS), None)
    if opening is None and between and (closing or len(between) > 1):
        opening = between.pop(0)
    if closing is None and between:
        closing = between[-1]
    return opening, closing


def _parsed(text: str, format: str) -> Element:
    """XML without its namespaces; a document type, and with it every entity, is refused."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    refuse_many(text.count("<") // MOST_TAGS)
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        raise Invalid("statement.unsafe", field="files") from None
    except ParseError as error:
        if error.code in _ENDS_EARLY:
            raise cut_short(format, "its XML is not closed") from None
        raise unreadable(format, f"its XML is broken in line {error.position[0]}") from None
    except (ValueError, RecursionError):
        raise unreadable(format, "its XML is broken") from None
    for one in root.iter():
        one.tag = str(one.tag).rpartition("}")[2]
    return root


def _said(one: Element, path: str) -> str:
    return (one.findtext(path) or "").strip()


def _day_of(entry: Element) -> str:
    """When the money counts, or was booked."""
    paths = ("ValDt/Dt", "ValDt/DtTm", "BookgDt/Dt", "BookgDt/DtTm")
    return next((said for path in paths if (said := _said(entry, path))), "")


def _is_reversal(entry: Element) -> bool:
    if _said(entry, "RvslInd").lower() in ("true", "1"):
        return True
    return any((one.text or "").strip() in _RETURNS for one in entry.iter("SubFmlyCd"))


def _is_return(details: Element) -> bool:
    return details.find("RtrInf") is not None


def _party(details: Element, *, is_credit: bool) -> tuple[str, str]:
    """Name and account of whoever paid, or was paid.

    Where a line takes back an earlier one, most banks call the parties as they were there.
    """
    role = "Dbtr" if is_credit else "Cdtr"
    at = f"RltdPties/{role}"
    name = _said(details, f"{at}/Pty/Nm") or _said(details, f"{at}/Nm")
    name = name or _said(details, f"RltdPties/Ultmt{role}/Pty/Nm")
    name = name or _said(details, f"RltdPties/Ultmt{role}/Nm")
    return name, _said(details, f"{at}Acct/Id/IBAN") or _said(details, f"{at}Acct/Id/Othr/Id")


def _texts(details: Element) -> list[str]:
    paths = ("RmtInf/Ustrd", "RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/AddtlRmtInf")
    found = [one.text or "" for path in paths for one in details.findall(path)]
    return [*found, _said(details, "AddtlTxInf"), _said(details, "RtrInf/AddtlInf")]


def _end_to_end(details: Element) -> str:
    return reference(_said(details, "Refs/EndToEndId")) or reference(_said(details, "Refs/InstrId"))


def _without_own(line: Line, account: str) -> Line:
    """A line without the board's own account as that of the other side."""
    bare = account.replace(" ", "")
    is_own = bool(bare) and line.other_account.replace(" ", "") == bare
    return replace(line, other_account="") if is_own else line
