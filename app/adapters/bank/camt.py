"""CAMT.053, the statement of ISO 20022, versions 2 to 13 (`camt.053.001.02` and later)."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError

from app.adapters.bank.plain import day, minor, unreadable, words
from app.escrow.bank.lines import Line, Statement
from app.kernel.errors import Invalid

NOTHING = frozenset({"", "NOTPROVIDED", "NONREF", "NOTAVAILABLE"})
"""What banks write where they give no id."""
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
"""The text is decoded already, so what it says of its encoding would only mislead."""


class Camt:
    """Reads CAMT.053."""

    name = "CAMT.053"

    def knows(self, text: str) -> bool:
        """Whether this is XML of ISO 20022 (or a relative, which `read` refuses by name)."""
        return "urn:iso:std:iso:20022" in text[:2000] or "<BkToCstmrStmt" in text[:4000]

    def read(self, text: str) -> list[Statement]:
        """Every `Stmt`, with what was booked; what is only expected is left out."""
        root = _parsed(_DECLARATION.sub("", text, count=1), self.name)
        found = root.find("BkToCstmrStmt")
        if found is None:
            raise unreadable(self.name, "it holds no statement (BkToCstmrStmt)")
        return [self._statement(one) for one in found.findall("Stmt")]

    def _statement(self, stmt: Element) -> Statement:
        account = _said(stmt, "Acct/Id/IBAN") or _said(stmt, "Acct/Id/Othr/Id")
        lines: list[Line] = []
        for entry in stmt.findall("Ntry"):
            state = _said(entry, "Sts/Cd") or _said(entry, "Sts")
            if state in ("", "BOOK"):
                lines += self._entry(entry)
        return Statement(self.name, account, tuple(lines))

    def _entry(self, entry: Element) -> list[Line]:
        """One line, or one for each transaction where the bank booked a batch and names each."""
        currency, total = self._amount(entry.find("Amt"))
        side = _said(entry, "CdtDbtInd")
        if side not in ("CRDT", "DBIT"):
            raise unreadable(self.name, "an entry does not say whether money came or went")
        sign = 1 if side == "CRDT" else -1
        on = _said(entry, "ValDt/Dt") or _said(entry, "ValDt/DtTm")
        on = on or _said(entry, "BookgDt/Dt") or _said(entry, "BookgDt/DtTm")
        bank_id = _id(_said(entry, "AcctSvcrRef"))
        details = entry.findall("NtryDtls/TxDtls")
        parts = self._parts(details, currency, total)
        more = _said(entry, "AddtlNtryInf")
        if not parts:
            said = [_facts(one, sign) for one in details] or [_facts(entry, sign)]
            texts = words(*(one[2] for one in said), more)
            ends = words(*(one[3] for one in said))
            bank_id = bank_id or (_id(_said(details[0], "Refs/AcctSvcrRef")) if details else "")
            return self._lines(on, currency, [(sign * total, *said[0][:2], texts, ends, bank_id)])
        rows = []
        for place, (one, amount) in enumerate(zip(details, parts, strict=True), 1):
            name, other, text, end = _facts(one, sign)
            own = _id(_said(one, "Refs/AcctSvcrRef"))
            own = own if own and own != bank_id else f"{bank_id}/{place}" if bank_id else ""
            rows.append((sign * amount, name, other, words(text, more), end, own))
        return self._lines(on, currency, rows)

    def _lines(
        self, on: str, currency: str, rows: list[tuple[int, str, str, str, str, str]]
    ) -> list[Line]:
        value_on = day(on, self.name)
        return [Line(value_on, currency, *row) for row in rows if row[0]]

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


def _parsed(text: str, format: str) -> Element:
    """XML without its namespaces; a document type, and with it every entity, is refused."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        raise Invalid("statement.unsafe", field="files") from None
    except (ParseError, ValueError, RecursionError) as trouble:
        raise unreadable(format, str(trouble)) from None
    for one in root.iter():
        one.tag = str(one.tag).rpartition("}")[2]
    return root


def _said(one: Element, path: str) -> str:
    return (one.findtext(path) or "").strip()


def _id(text: str) -> str:
    return "" if text.upper() in NOTHING else text[:100]


def _facts(details: Element, sign: int) -> tuple[str, str, str, str]:
    """Name, account, text and end-to-end id of whoever is at the other end."""
    role = "Dbtr" if sign > 0 else "Cdtr"
    at = f"RltdPties/{role}"
    name = _said(details, f"{at}/Pty/Nm") or _said(details, f"{at}/Nm")
    name = name or _said(details, f"RltdPties/Ultmt{role}/Nm")
    other = _said(details, f"{at}Acct/Id/IBAN") or _said(details, f"{at}Acct/Id/Othr/Id")
    texts = [one.text or "" for one in details.findall("RmtInf/Ustrd")]
    texts += [one.text or "" for one in details.findall("RmtInf/Strd/CdtrRefInf/Ref")]
    texts += [one.text or "" for one in details.findall("RmtInf/Strd/AddtlRmtInf")]
    texts.append(_said(details, "AddtlTxInf"))
    end = _id(_said(details, "Refs/EndToEndId"))
    return words(name)[:200], words(other)[:100], words(*texts), words(end)[:100]
