"""OFX and QFX, versions 1 (SGML) and 2 (XML), of bank accounts and of cards."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.adapters.bank.ofx_tree import Element, parsed
from app.adapters.bank.plain import (
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

_LINE = re.compile(r"<\s*STMTTRN\s*>", re.IGNORECASE)
_BEGIN = re.compile(r"<OFX(?:\s[^<>]{0,500})?>", re.IGNORECASE)
MOST_TAGS = 60
"""Of a line, on average."""
_SIGNS = {"CREDIT": 1, "DEBIT": -1}
"""What these kinds of lines are; against it, an amount takes an earlier one back."""
_STATEMENTS = ("STMTRS", "CCSTMTRS")


class Ofx:
    """Reads OFX as it is written, since banks bend the models of the specification."""

    name = "OFX"

    def knows(self, text: str) -> bool:
        """Whether the head of the file says that it is OFX."""
        head = text[:4000].upper()
        return head.lstrip().startswith("OFXHEADER") or "<?OFX" in head or bool(_BEGIN.search(head))

    def read(self, text: str) -> list[Statement]:
        """Every bank statement of the file, or nothing of it. Raises Invalid."""
        if re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
            raise Invalid("statement.unsafe", field="files")
        documents = _BEGIN.split(text)[1:]
        if not documents:
            raise unreadable(self.name, "it has no <OFX>")
        refuse_many(len(_LINE.findall(text)))
        refuse_many(text.count("<") // MOST_TAGS)
        roots = [parsed(f"<OFX>{one}") for one in documents]
        rows = [one for root in roots for one in root.walk() if one.name in _STATEMENTS]
        found = [_statement(one) for one in rows]
        if not found:
            raise unreadable(self.name, "it holds no statement of a bank account or a card")
        return found


def _statement(one: Element) -> Statement:
    currency = one.said("CURDEF").upper()
    account = one.said("BANKACCTFROM/ACCTID") or one.said("CCACCTFROM/ACCTID")
    rows = [row for row in one.walk() if row.name == "STMTTRN"]
    lines = [_line(row, currency) for row in rows]
    _refuse_unsigned(rows, lines)
    skipped = ["pending" for row in one.walk() if row.name == "STMTTRNP"]
    skipped += ["zero" for line in lines if not line.amount_minor]
    balance, on = one.said("LEDGERBAL/BALAMT"), one.said("LEDGERBAL/DTASOF")
    return Statement(
        "OFX",
        words(account)[:100],
        tuple(line for line in lines if line.amount_minor),
        closing_minor=minor(balance, currency, "OFX") if balance else None,
        closing_on=day(on, "OFX") if on else None,
        currency=currency,
        skipped=counted(skipped),
    )


def _line(row: Element, currency: str) -> Line:
    if not row.is_closed:
        raise cut_short("OFX", "a line (STMTTRN) has no end")
    currency = (row.said("CURRENCY/CURSYM") or currency).upper()
    amount = minor(row.said("TRNAMT"), currency, "OFX")
    is_deleted = row.said("CORRECTACTION").upper() == "DELETE"
    kind = row.said("TRNTYPE").upper()
    name = row.said("NAME") or row.said("PAYEE/NAME") or row.said("EXTDNAME")
    other = row.said("BANKACCTTO/ACCTID") or row.said("CCACCTTO/ACCTID")
    return Line(
        day(row.said("DTAVAIL") or row.said("DTPOSTED"), "OFX"),
        currency,
        -abs(amount) if is_deleted else amount,  # what is taken back is never money in
        name=words(name)[:200],
        other_account=words(other)[:100],
        text=words(row.said("MEMO"), row.said("NAME"), row.said("CHECKNUM")),
        end_to_end=reference(row.said("REFNUM")),
        bank_id=reference(row.said("FITID")),
        is_reversal=is_deleted or amount * _SIGNS.get(kind, 0) < 0,
    )


def _refuse_unsigned(rows: Sequence[Element], lines: Sequence[Line]) -> None:
    """Raises Invalid where no amount has a minus, and a line says that money went out."""
    if any(row.said("TRNAMT").startswith("-") for row in rows):
        return
    went = [row for row in rows if _SIGNS.get(row.said("TRNTYPE").upper()) == -1]
    if went and any(line.amount_minor for line in lines):
        raise unreadable("OFX", "a line says DEBIT, and no amount has a minus")
