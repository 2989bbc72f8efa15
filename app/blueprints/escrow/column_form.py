"""The form that says what each column of a bank's CSV is, and its way to `Columns` and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import wtforms

from app.adapters.bank.table import Columns, Table
from app.blueprints.fields import ChoiceField, Form
from app.kernel import money

ROLES = {
    "": "not used",
    "date": "Day",
    "value_date": "Value date",
    "amount": "Amount",
    "debit": "Money out",
    "credit": "Money in",
    "side": "In or out",
    "currency": "Currency",
    "name": "Other side: name",
    "account": "Other side: account",
    "payer": "Payer: name",
    "payer_account": "Payer: account",
    "payee": "Payee: name",
    "payee_account": "Payee: account",
    "own_account": "Our own account",
    "text": "Text",
    "kind": "Kind of transaction",
    "status": "Booked or not",
    "bank_id": "The bank’s id",
    "end_to_end": "End-to-end id",
    "balance": "Balance",
}
"""What a column may be taken for, in the order of the choice."""
BOTH = {"name": ("payer", "payee"), "account": ("payer_account", "payee_account")}
"""Roles that stand for two: most banks have one column for whoever is at the other end."""
IN_OR_OUT = [("", "not said"), ("in", "Money in"), ("out", "Money out")]
BOOKED_OR_NOT = [("", "not said"), ("booked", "Booked: it counts"), ("open", "Left out")]
ORDERS = [("", "No matter"), ("day", "Day before month"), ("month", "Month before day")]
DECIMALS = [("", "Each amount by itself"), (",", "Comma: 1.234,56"), (".", "Point: 1,234.56")]


class ColumnsForm(Form):
    """What all files have in common; the columns come with `form_for`."""

    currency = ChoiceField("Currency")
    order = ChoiceField("Order of dates such as 03/11/2026", choices=ORDERS)
    decimal = ChoiceField("Decimal sign", choices=DECIMALS)
    is_signed = wtforms.BooleanField("Each amount has its sign: without a minus it is money in")


def form_for(read: Table, chosen: Columns) -> ColumnsForm:
    """The form of a file, filled with what is chosen (or, on a POST, with what was sent)."""
    fields: dict[str, Any] = {}
    for at, name in enumerate(read.header):
        fields[f"c{at}"] = ChoiceField(name or f"Column {at + 1}", choices=ROLES.items())
    for at, kind, choices in _worded(chosen):
        for number, word in enumerate(read.values[at]):
            fields[f"{kind}{at}-{number}"] = ChoiceField(f"“{word}”", choices=choices)
    form: ColumnsForm = type("FileColumnsForm", (ColumnsForm,), fields)(data=_data(read, chosen))
    codes = sorted(money.currencies())
    form.currency.offer([("", "The file says it"), *((code, code) for code in codes)])
    return form


def words_of(form: ColumnsForm) -> list[Any]:
    """The fields of words that mean a side, or a status."""
    return [field for name, field in form._fields.items() if "-" in name]


def chosen_in(form: ColumnsForm, read: Table, before: Columns) -> Columns:
    """What was sent; words of a column that was not asked about yet stay as they were."""
    roles = [form[f"c{at}"].data for at in range(len(read.header))]
    places: dict[str, Any] = {}
    for role in ROLES:
        at = roles.index(role) if role and role in roles else None
        for name in BOTH.get(role, (role,) if role else ()):
            if at is not None or name not in places:
                places[name] = at
    texts = [at for at, role in enumerate(roles) if role in ("text", "kind")]
    order = {at: number for number, at in enumerate(before.text)}
    places["text"] = tuple(sorted(texts, key=lambda at: (order.get(at, len(order)), at)))
    chosen = replace(
        before, **places, fixed_currency=form.currency.data,
        day_first={"": None, "day": True, "month": False}[form.order.data],
        decimal=form.decimal.data, is_signed=form.is_signed.data,
    )  # fmt: skip
    if chosen.side is not None and f"s{chosen.side}-0" in form._fields:
        said = _words(form, read, "s", chosen.side)
        came = _with_others(said.get("in", ()), before.words_in, read.values[chosen.side])
        went = _with_others(said.get("out", ()), before.words_out, read.values[chosen.side])
        chosen = replace(chosen, words_in=came, words_out=went)
    if chosen.status is not None and f"t{chosen.status}-0" in form._fields:
        said = _words(form, read, "t", chosen.status)
        values = read.values[chosen.status]
        booked = _with_others(said.get("booked", ()), before.words_booked, values)
        left_out = _with_others(said.get("open", ()), before.words_open, values)
        chosen = replace(chosen, words_booked=booked, words_open=left_out)
    return chosen


def described(chosen: Columns, header: list[str]) -> str:
    """Which column is taken for what, in one line."""
    said = [
        f"{ROLES[role]}: {header[at]}"
        for at, role in sorted(_roles(chosen).items())
        if role and at < len(header)
    ]
    return " · ".join([*said, *([chosen.fixed_currency] if chosen.fixed_currency else [])])


def _worded(chosen: Columns) -> list[tuple[int, str, list[tuple[str, str]]]]:
    found = []
    if chosen.side is not None:
        found.append((chosen.side, "s", IN_OR_OUT))
    if chosen.status is not None:
        found.append((chosen.status, "t", BOOKED_OR_NOT))
    return found


def _words(form: ColumnsForm, read: Table, kind: str, at: int) -> dict[str, tuple[str, ...]]:
    said: dict[str, tuple[str, ...]] = {}
    for number, word in enumerate(read.values[at]):
        meaning = form[f"{kind}{at}-{number}"].data
        said[meaning] = (*said.get(meaning, ()), word)
    return said


def _with_others(
    said: tuple[str, ...], before: tuple[str, ...], values: tuple[str, ...]
) -> tuple[str, ...]:
    """These words of the file, and those that were known before and are not in this file."""
    here = {word.casefold() for word in values}
    return (*said, *(word for word in before if word.casefold() not in here))


def _roles(chosen: Columns) -> dict[int, str]:
    """By the place of a column, what it is taken for; the kind is looked at as text, too."""
    roles = {at: "text" for at in chosen.text if at != chosen.kind}
    for role in ROLES:
        if role and role != "text":
            names = BOTH.get(role, (role,))
            places = {getattr(chosen, name) for name in names}
            if len(places) == 1 and (at := places.pop()) is not None and at not in roles:
                roles[at] = role
    return roles


def _data(read: Table, chosen: Columns) -> dict[str, Any]:
    data: dict[str, Any] = {f"c{at}": role for at, role in _roles(chosen).items()}
    means = {word.casefold(): "in" for word in chosen.words_in}
    means |= {word.casefold(): "out" for word in chosen.words_out}
    states = {word.casefold(): "booked" for word in chosen.words_booked}
    states |= {word.casefold(): "open" for word in chosen.words_open}
    for at, kind, _choices in _worded(chosen):
        known = means if kind == "s" else states
        for number, word in enumerate(read.values[at]):
            data[f"{kind}{at}-{number}"] = known.get(word.casefold(), "")
    orders = {None: "", True: "day", False: "month"}
    return data | {
        "currency": chosen.fixed_currency, "order": orders[chosen.day_first],
        "decimal": chosen.decimal, "is_signed": chosen.is_signed,
    }  # fmt: skip
