"""Fields whose text means something else: percentages, money, days, hours."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from wtforms.validators import ValidationError

from app.blueprints.fields import Typed
from app.blueprints.locale import formats
from app.kernel import dates, money

_HOURS = re.compile(r"(\d{1,4})(?:[.,](\d{1,2})|:([0-5]\d))?")


class Parsed(Typed):
    """A field whose text means something else; `data` is that, or None after an error."""

    def __init__(self, label: str | None = None, most: int = 60, **kwargs: Any) -> None:
        super().__init__(label, most, **kwargs)

    def pre_validate(self, form: Any) -> None:
        text = self.data if isinstance(self.data, str) else self.shown(self.data)
        try:
            self.data = text
            super().pre_validate(form)
            self.data = self.parse(text, form) if text else None
        except (ValueError, OverflowError) as trouble:
            self.data = None
            raise ValidationError(str(trouble)) from None

    def parse(self, text: str, form: Any) -> Any:
        """The meaning of the text; raises ValueError with a sentence for the page."""
        raise NotImplementedError


class PercentField(Parsed):
    """A percentage of at most three decimals; `data` is in thousandths of a percent."""

    def __init__(self, label: str | None = None, most: int = 12, **kwargs: Any) -> None:
        super().__init__(label, most, required=False, default=0, **kwargs)
        self.render_kw = {"inputmode": "decimal"} | (self.render_kw or {})

    def parse(self, text: str, form: Any) -> int:
        whole, _, part = text.removesuffix("%").strip().replace(",", ".").partition(".")
        if not re.fullmatch(r"\d{1,3}", whole, re.ASCII) or not re.fullmatch(
            r"\d{0,3}", part, re.ASCII
        ):
            raise ValueError("Type a percentage, such as 19 or 7.7.")
        rate = int(whole) * 1000 + int(part.ljust(3, "0"))
        if rate > 100_000:
            raise ValueError("At most 100 percent.")
        return rate

    def shown(self, data: Any) -> str:
        return money.percent(data or 0)


class MoneyField(Parsed):
    """An amount; `data` is minor units. The currency is given, or is the form's `currency`."""

    def __init__(
        self, label: str | None = "Amount", *, currency: str = "", least: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(label, **kwargs)
        self.currency, self.least = currency, least
        self.render_kw = {"inputmode": "decimal", "autocomplete": "off", **(self.render_kw or {})}

    def parse(self, text: str, form: Any) -> int:
        amount = money.parse(text, self.of(form), formats().locale)
        if amount < self.least:
            least = money.show(self.least, self.of(form), formats().locale)
            raise ValueError(f"The least is {least}.")
        return amount

    def of(self, form: Any) -> str:
        """The currency that the amount is in."""
        other = getattr(form, "currency", None)
        typed = getattr(other, "data", None)
        return self.currency or (typed if typed in money.currencies() else "") or "USD"

    def shown(self, data: Any) -> str:
        if data is None:
            return ""
        return money.plain(data, self.currency or "USD", formats().locale)


class DayField(Parsed):
    """A calendar day: what a date control sends, or `24 Nov 2026` typed by hand."""

    def __call__(self, **kwargs: Any) -> Any:
        value = self._value()
        if not value or dates.iso(value):  # a date control would hide anything else that was typed
            kwargs.setdefault("type", "date")
        return super().__call__(**kwargs)

    def parse(self, text: str, form: Any) -> date:
        return dates.parse(text, formats().locale)

    def shown(self, data: Any) -> str:
        return data.isoformat() if isinstance(data, date) else ""


class Hours(Parsed):
    """Time spent, as `7.5`, `7,5` or `7:30`; `data` is minutes."""

    def __init__(self, label: str | None = "Hours", *, most_hours: int = 168, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.most_hours = most_hours
        self.render_kw = {"inputmode": "decimal", "autocomplete": "off", **(self.render_kw or {})}

    def parse(self, text: str, form: Any) -> int:
        match = _HOURS.fullmatch(text)
        if not match:
            raise ValueError("Type hours as a number, such as 7.5 or 7:30.")
        whole, part, minutes = match.groups()
        spent = int(whole) * 60 + int(minutes or 0)
        spent += round(int((part or "0").ljust(2, "0")) * 60 / 100)
        if spent > self.most_hours * 60:
            raise ValueError(f"At most {self.most_hours} hours.")
        return spent

    def shown(self, data: Any) -> str:
        return "" if data is None else f"{data / 60:.2f}".rstrip("0").rstrip(".")
