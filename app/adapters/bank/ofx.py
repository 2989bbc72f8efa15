"""OFX and QFX, versions 1 (SGML) and 2 (XML), parsed by ofxtools."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from app.adapters.bank.plain import day, minor, unreadable, words
from app.escrow.bank.lines import Line, Statement
from app.kernel.errors import Invalid

_LINE = re.compile(r"<STMTTRN>", re.IGNORECASE)


class Ofx:
    """Reads OFX; the tree is taken as it is, since banks bend the models of the specification."""

    name = "OFX"

    def knows(self, text: str) -> bool:
        """Whether the head of the file says that it is OFX."""
        head = text[:2000].upper()
        return "OFXHEADER" in head or "<OFX>" in head

    def read(self, text: str) -> list[Statement]:
        """Every bank statement of the file."""
        if re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
            raise Invalid("statement.unsafe", field="files")
        root = self._tree(text)
        statements = [self._statement(one) for one in root.iter() if one.tag in _STATEMENTS]
        if sum(len(one.lines) for one in statements) != len(_LINE.findall(text)):
            raise unreadable(self.name, "not every line could be read")
        return statements

    def _tree(self, text: str) -> Any:
        from xml.etree.ElementTree import ParseError

        from ofxtools.header import OFXHeaderError
        from ofxtools.Parser import TreeBuilder

        begin = text.upper().find("<OFX>")
        builder = TreeBuilder()
        try:
            if begin < 0:
                raise unreadable(self.name, "it has no <OFX>")
            builder.feed(_upper_tags(text[begin:]))
            return builder.close()
        except (OFXHeaderError, ParseError, AssertionError, IndexError, ValueError) as trouble:
            raise unreadable(self.name, str(trouble)) from None

    def _statement(self, one: Any) -> Statement:
        currency = _said(one, "CURDEF").upper()
        account = _said(one, "BANKACCTFROM/ACCTID") or _said(one, "CCACCTFROM/ACCTID")
        lines = tuple(self._line(line, currency) for line in one.iter("STMTTRN"))
        return Statement(self.name, words(account)[:100], lines)

    def _line(self, line: Any, currency: str) -> Line:
        currency = (_said(line, "CURRENCY/CURSYM") or currency).upper()
        amount = minor(_said(line, "TRNAMT"), currency, self.name)
        if not amount:
            raise unreadable(self.name, "a line has no amount")
        return Line(
            day(_said(line, "DTAVAIL") or _said(line, "DTPOSTED"), self.name),
            currency,
            amount,
            name=words(_said(line, "NAME") or _said(line, "PAYEE/NAME"))[:200],
            other_account=words(_said(line, "BANKACCTTO/ACCTID"))[:100],
            text=words(_said(line, "MEMO"), _said(line, "NAME"), _said(line, "CHECKNUM")),
            end_to_end=words(_said(line, "REFNUM"))[:100],
            bank_id=words(_said(line, "FITID"))[:100],
        )


_STATEMENTS = ("STMTRS", "CCSTMTRS")


def _upper_tags(text: str) -> str:
    return re.sub(r"<(/?[A-Za-z0-9.]+)>", lambda tag: tag.group().upper(), text)


def _said(one: Any, path: str) -> str:
    return unescape(one.findtext(path) or "").strip()
