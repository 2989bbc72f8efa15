"""CSV, as banks and spreadsheets write it; docs/operate.md says which columns it needs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from app.adapters.bank.plain import minor, unreadable, words
from app.escrow.bank.lines import Line, Statement
from app.kernel import money
from app.kernel.errors import Invalid
from app.kernel.text import fold

COLUMNS: dict[str, tuple[str, ...]] = {
    "date": (
        "value date", "date", "booking date", "valuta", "valutadatum", "wertstellung", "datum",
        "buchungstag", "buchungsdatum", "fecha valor", "fecha", "date de valeur", "data",
        "transaction date", "completed date",
    ),
    "amount": ("amount", "betrag", "umsatz", "importe", "montant", "importo", "bedrag", "kwota"),
    "credit": ("credit", "haben", "paid in", "money in", "abono", "credito", "gutschrift"),
    "debit": ("debit", "soll", "paid out", "money out", "cargo", "debito", "lastschrift"),
    "currency": ("currency", "wahrung", "waehrung", "moneda", "devise", "divisa", "munt", "valuta"),
    "text": (
        "reference", "text", "description", "details", "payment reference", "verwendungszweck",
        "concepto", "libelle", "causale", "omschrijving", "memo", "remittance information",
    ),
    "name": (
        "payer", "name", "counterparty", "paid by", "counterparty name", "partner", "payee",
        "beneficiary", "auftraggeber", "zahlungspflichtiger", "beguenstigter/zahlungspflichtiger",
        "beneficiario", "ordenante",
    ),
    "other": (
        "account", "iban", "counterparty account", "counterparty iban", "kontonummer/iban",
        "partner iban", "tegenrekening", "payer account",
    ),
    "own": ("own account", "auftragskonto", "our account", "rekening", "account number"),
    "id": ("id", "bank id", "transaction id", "bank reference", "line id", "fitid", "referenz-id"),
    "end": ("end-to-end id", "end to end id", "end-to-end-referenz", "endtoendid", "end to end"),
}  # fmt: skip
"""What a column may be called: without case, marks and surrounding blanks."""
_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%Y/%m/%d", "%d-%m-%Y", "%Y%m%d")
_IN_HEAD = re.compile(r"\(([A-Z]{3})\)|\b([A-Z]{3})$")


class Table:
    """Reads CSV with a row of names; commas, semicolons or tabs between."""

    name = "CSV"

    def knows(self, text: str) -> bool:
        """The last that is asked: everything might be a table."""
        return True

    def read(self, text: str) -> list[Statement]:
        """One statement for each account of the board's that the table names."""
        rows = [row for row in _rows(text) if any(cell.strip() for cell in row)]
        place, names, currency = _head(rows)
        lines: dict[str, list[Line]] = {}
        body = [_cells(names, row) for row in rows[place + 1 :]]
        month_first = _month_first(row.get("date", "") for row in body)
        for row in body:
            lines.setdefault(words(row.get("own"))[:100], []).append(
                _line(row, row.get("currency", "").strip().upper() or currency, month_first)
            )
        return [Statement(self.name, own, tuple(found)) for own, found in lines.items()]


def _rows(text: str) -> list[list[str]]:
    head = text[:4000]
    between = max(";\t,", key=head.count)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=between, strict=True))
    except csv.Error as trouble:
        raise unreadable("CSV", str(trouble)) from None


def _head(rows: Sequence[Sequence[str]]) -> tuple[int, dict[int, str], str]:
    """Where the row of names is, which column means what, and the currency that a name gives."""
    missing = ["date", "amount"]
    for place, row in enumerate(rows[:20]):
        names, currency = _named(row)
        have = set(names.values())
        sums = "amount" in have or {"credit", "debit"} <= have
        if "date" in have and sums and ("currency" in have or currency):
            return place, names, currency
        if "date" in have or sums:
            wanted = {"date": "date" in have, "amount": sums}
            missing = [name for name, there in wanted.items() if not there]
            missing += [] if "currency" in have or currency else ["currency"]
    raise Invalid("statement.columns", field="files", columns=", ".join(missing))


def _named(row: Sequence[str]) -> tuple[dict[int, str], str]:
    names: dict[int, str] = {}
    currency = ""
    for wanted, known in COLUMNS.items():
        heads = [
            (known.index(name), at) for at, head in enumerate(row) if (name := _name(head)) in known
        ]
        heads = [(rank, at) for rank, at in heads if at not in names]
        if heads:
            names[min(heads)[1]] = wanted
    for at, wanted in names.items():
        if wanted in ("amount", "credit") and (found := _IN_HEAD.search(row[at].strip())):
            currency = found.group(1) or found.group(2)
    return names, currency if currency in money.currencies() else ""


def _name(head: str) -> str:
    plain = _IN_HEAD.sub("", head.strip()) if len(head.strip()) > 3 else head
    return " ".join(fold(plain).replace("_", " ").split())


def _cells(names: dict[int, str], row: Sequence[str]) -> dict[str, str]:
    return {name: row[at] for at, name in names.items() if at < len(row)}


def _line(row: dict[str, str], currency: str, month_first: bool) -> Line:
    amount = _amount(row.get("amount", ""), currency)
    if not row.get("amount", "").strip():
        amount = abs(_amount(row.get("credit", ""), currency)) - abs(
            _amount(row.get("debit", ""), currency)
        )
    if not amount:
        raise unreadable("CSV", "a row has no amount")
    return Line(
        _day(row.get("date", ""), month_first),
        currency,
        amount,
        name=words(row.get("name"))[:200],
        other_account=words(row.get("other"))[:100],
        text=words(row.get("text")),
        end_to_end=words(row.get("end"))[:100],
        bank_id=words(row.get("id"))[:100],
    )


def _amount(text: str, currency: str) -> int:
    """`1.234,56`, `1,234.56`, `-75`, `75,00-`, `(75.00)`; one that can be read twice is refused."""
    tidy = re.sub(r"[\s\u00a0\u202f'’]", "", text).replace("−", "-")
    if not tidy:
        return 0
    sign = -1 if tidy.startswith(("-", "(")) or tidy.endswith("-") else 1
    tidy = tidy.strip("+-()").removeprefix(currency).removesuffix(currency).strip("$€£¥")
    points = [sign for sign in tidy if sign in ".,"]
    if not points:
        return sign * minor(tidy, currency, "CSV")
    whole, _, part = tidy.rpartition(points[-1])
    if len(set(points)) == 1 and re.fullmatch(rf"[1-9]\d{{0,2}}(\{points[-1]}\d{{3}})+", tidy):
        if len(points) == 1 and money.decimals(currency or "USD"):  # 1.234: thousands, or three?
            raise unreadable("CSV", f"“{text[:20]}” can be read in two ways")
        return sign * minor(tidy.replace(points[-1], ""), currency, "CSV")
    if len(points) > 1 and not re.fullmatch(rf"\d{{1,3}}(\{points[0]}\d{{3}})+", whole):
        raise unreadable("CSV", f"“{text[:20]}” is no amount")
    return sign * minor(f"{re.sub('[.,]', '', whole)}.{part}", currency, "CSV")


def _month_first(days: Iterable[str]) -> bool:
    """Whether 11/03/2026 is the third of November: only where a row can be read no other way."""
    pairs = [re.match(r"(\d{1,2})/(\d{1,2})/\d{4}", text.strip()) for text in days]
    return any(found and int(found.group(2)) > 12 for found in pairs)


def _day(text: str, month_first: bool) -> date:
    plain = text.strip().split(" ")[0].split("T")[0]
    for layout in (*_DAYS, "%m/%d/%Y" if month_first else "%d/%m/%Y"):
        try:
            return datetime.strptime(plain, layout).date()  # noqa: DTZ007 (a calendar day)
        except ValueError:
            continue
    raise unreadable("CSV", f"“{text[:20]}” is no day")
