"""MT940, the statement of SWIFT, parsed by mt-940."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from app.adapters.bank.accounts import iban_in
from app.adapters.bank.plain import NOTHING, minor, unreadable, words
from app.escrow.bank.lines import Line, Statement

_LINE = re.compile(r"^:61:", re.MULTILINE)
_SIGNS = {"C": 1, "RD": 1, "D": -1, "RC": -1}
"""RC takes back a credit, RD a debit."""
_SLASHED = re.compile(r"/(NAME|IBAN|REMI|EREF|ORDP|BENM)/+(?:NAME/)?(.*?)(?=/[A-Z]{3,4}/|$)", re.S)


class Mt940:
    """Reads MT940, with the German and the Dutch way of writing :86:, and plain text."""

    name = "MT940"

    def knows(self, text: str) -> bool:
        """Whether the tags of a statement are there."""
        return bool(re.search(r"^(\{4:\s*)?:20:", text, re.MULTILINE)) and ":25" in text

    def read(self, text: str) -> list[Statement]:
        """Every statement of the file; a line that the parser passes over refuses the file."""
        import mt940

        try:
            found = mt940.parse_statements(text)
            statements = [self._statement(one) for one in found]
        except (ValueError, KeyError, TypeError, RuntimeError, AttributeError) as trouble:
            raise unreadable(self.name, words(str(trouble))) from None
        if sum(len(one.lines) for one in statements) != len(_LINE.findall(text)):
            raise unreadable(self.name, "not every line could be read")
        return statements

    def _statement(self, one: Any) -> Statement:
        account = words(str(one.data.get("account_identification") or ""))[:100]
        return Statement(self.name, account, tuple(self._line(line.data) for line in one))

    def _line(self, said: Mapping[str, Any]) -> Line:
        amount, status = said["amount"], str(said["status"])
        if status not in _SIGNS:
            raise unreadable(self.name, "a line does not say whether money came or went")
        found = minor(str(abs(amount.amount)), str(amount.currency), self.name)
        if not found:
            raise unreadable(self.name, "a line has no amount")
        more = _slashed(said)
        name, other = _party(said, more)
        texts = (more.get("REMI") or said.get("purpose") or said.get("transaction_details"),)
        bank_id = words(said.get("bank_reference"))[:100]
        end = said.get("end_to_end_reference") or more.get("EREF") or said.get("customer_reference")
        return Line(
            date(said["date"].year, said["date"].month, said["date"].day),
            str(amount.currency),
            _SIGNS[status] * found,
            name=name,
            other_account=other,
            text=words(*texts, said.get("additional_purpose"), said.get("extra_details")),
            end_to_end="" if words(end).upper() in NOTHING else words(end)[:100],
            bank_id="" if bank_id.upper() in NOTHING else bank_id,
        )


def _slashed(said: Mapping[str, Any]) -> dict[str, str]:
    """The words of `/NAME/ANA/REMI/…`, whose lines break anywhere."""
    text = str(said.get("transaction_details") or "").replace("\n", "")
    return {key: value.strip() for key, value in _SLASHED.findall(text)}


def _party(said: Mapping[str, Any], more: Mapping[str, str]) -> tuple[str, str]:
    """Name and account of the other side; mt-940 writes the account before the name."""
    text = words(said.get("applicant_name") or more.get("NAME"))
    other = words(said.get("gvc_applicant_iban") or more.get("IBAN"))
    front = iban_in(text[:34]) if not other else ""
    if front and text.upper().startswith(front):
        other, text = front, text[len(front) :]
    return text.strip()[:200], other[:100]
