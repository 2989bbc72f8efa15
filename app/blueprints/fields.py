"""Form fields in the board's own words. Each keeps what was typed, and says what is wrong with it.

Those whose text means something else (money, days) are `parsed_fields`.
Fields are required unless `required=False`. Errors stand beside the field; `refused` answers 422.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import wtforms
from flask import current_app, request
from werkzeug.datastructures import CombinedMultiDict, FileStorage
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from app.adapters import bank
from app.kernel import clock, money
from app.kernel.addresses import ascii_address
from app.kernel.text import LONGEST, clean_email, clean_line, clean_lines, clean_prose

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
CONTROL_IN_PROSE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_EMAIL = re.compile(r"[^\s@<>\"(),:;\[\]]{1,64}@[^\s@<>\"(),:;\[\]]+\.[^\s@.<>\"(),:;\[\]]{2,}")


def tidy(text: str, forbidden: re.Pattern[str], clean: Callable[[str], str]) -> str:
    """What is kept of what was typed; a forbidden character stays, to be refused where it is."""
    return text.strip() if forbidden.search(text.strip()) else clean(text)


STANDING = object()
"""What a form is given that nobody has sent."""


class Form(wtforms.Form):
    """A form filled from the present request, files included. CSRF is asked before the view.

    `Form()` on a GET is empty (or filled from `obj`); on a POST it holds what was typed.
    `Form(STANDING, obj)` is as it stands, whatever another form of the page has sent.
    """

    def __init__(self, formdata: Any = None, obj: Any = None, **kwargs: Any) -> None:
        if formdata is STANDING:
            formdata = None
        elif formdata is None and request.method not in ("GET", "HEAD"):
            formdata = CombinedMultiDict([request.files, request.form])
        super().__init__(formdata, obj, **kwargs)

    def blame(self, field: str, words: str) -> None:
        """Put an error of a rule beside a field (the first field when there is no such one)."""
        found = self._fields.get(field) or next(iter(self._fields.values()))
        found.errors = [*found.errors, words]


class Typed(wtforms.StringField):
    """One line of text, cleaned of what nobody sees, at most `most` characters long.

    A control character is refused, and shown where it is.
    """

    widget: Any = TextInput()
    forbidden = CONTROL
    clean: Callable[[str], str] = staticmethod(clean_line)
    data: Any

    def __init__(
        self,
        label: str | None = None,
        most: int = 200,
        *,
        required: bool = True,
        hint: str = "",
        validators: Sequence[Callable[..., Any]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(label, list(validators), **kwargs)
        self.most, self.hint, self.needed = most, hint, required

    def process_formdata(self, valuelist: list[str]) -> None:
        text: object = valuelist[0] if valuelist else ""
        self.data = self.tidy(text) if isinstance(text, str) else ""

    def tidy(self, text: str) -> str:
        """What is kept of what was typed."""
        return tidy(text, self.forbidden, self.clean)

    def _value(self) -> str:
        if self.raw_data:
            return self.forbidden.sub("\ufffd", str(self.raw_data[0]))
        return self.data if isinstance(self.data, str) else self.shown(self.data)

    def shown(self, data: Any) -> str:
        """Stored data as it stands in the control."""
        return "" if data is None else str(data)

    def pre_validate(self, form: Any) -> None:
        text = self.data or ""
        if self.forbidden.search(text):
            raise ValidationError("This holds a sign that cannot be kept (shown as \ufffd).")
        if len(text) > self.most:
            raise ValidationError(
                f"At most {self.most:,} characters; this has {len(text):,}. Please shorten it."
            )
        if self.needed and not text:
            raise ValidationError(self.missing())

    def missing(self) -> str:
        """What to say where nothing was typed."""
        return f"{self.label.text} is needed."


class Words(Typed):
    """A title, a name: `Words("Title", 120)`."""


class Prose(Typed):
    """Several lines, Markdown where the page says so; up to 20,000 characters."""

    widget = wtforms.widgets.TextArea()
    forbidden = CONTROL_IN_PROSE
    clean = staticmethod(clean_prose)

    def __init__(self, label: str | None = None, most: int = LONGEST, **kwargs: Any) -> None:
        super().__init__(label, most, **kwargs)


class Lines(Prose):
    """Several lines that are not prose: a postal address, an account, one name on each."""

    clean = staticmethod(clean_lines)


class Email(Typed):
    """One e-mail address."""

    widget = wtforms.widgets.EmailInput()
    clean = staticmethod(clean_email)

    def __init__(self, label: str | None = "E-mail", most: int = 254, **kwargs: Any) -> None:
        super().__init__(label, most, **kwargs)

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data and not _EMAIL.fullmatch(self.data):
            raise ValidationError("This does not look like an e-mail address.")
        try:
            ascii_address(self.data or "")
        except ValueError:
            raise ValidationError(
                "No e-mail can be sent to this address. Before the @ only the letters a to z, "
                "digits and signs can stand."
            ) from None


class Password(Typed):
    """A password as it was typed, blanks and all; never written back into the page."""

    widget = wtforms.widgets.PasswordInput()

    def __init__(self, label: str | None = "Password", most: int = 500, **kwargs: Any) -> None:
        super().__init__(label, most, **kwargs)

    def tidy(self, text: str) -> str:
        return text


class ChoiceField(wtforms.SelectField):
    """A choice among few, with our words when something else is sent. Choices are (value, text)."""

    data: Any

    def __init__(
        self,
        label: str | None = None,
        *,
        choices: Iterable[tuple[object, str]] = (),
        hint: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self.hint, self.needed = hint, True
        self.offer(choices)

    def offer(self, choices: Iterable[tuple[object, str]]) -> None:
        """Set the choices, for those that only the view knows."""
        self.choices = {str(value): text for value, text in choices}

    def pre_validate(self, form: Any) -> None:
        if self.data not in {str(next(iter(choice))) for choice in self.iter_choices()}:
            raise ValidationError("Choose one of these.")


class Radios(ChoiceField):
    """The same as one radio button for each choice."""

    widget = wtforms.widgets.ListWidget(prefix_label=False)
    option_widget = wtforms.widgets.RadioInput()


class ZoneField(ChoiceField):
    """An IANA time zone."""

    def __init__(self, label: str | None = "Time zone", **kwargs: Any) -> None:
        super().__init__(label, choices=[(name, name) for name in zones()], **kwargs)

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Keep a zone that people already have, though the list no longer names it."""
        super().process(*args, **kwargs)
        if self.object_data and self.object_data not in zones():
            self.offer((name, name) for name in (self.object_data, *zones()))

    def pre_validate(self, form: Any) -> None:
        try:
            clock.zone(self.data or "-")
        except (KeyError, ValueError, OSError):
            raise ValidationError("Choose one of these time zones.") from None


class CurrencyField(ChoiceField):
    """An ISO 4217 currency."""

    def __init__(self, label: str | None = "Currency", **kwargs: Any) -> None:
        super().__init__(label, choices=[(code, code) for code in money.currencies()], **kwargs)


class FilesField(wtforms.MultipleFileField):
    """Any number of files; `data` is the list of those that were really chosen."""

    def __init__(
        self, label: str | None = "Files", *, required: bool = False, hint: str = "", **kw: Any
    ) -> None:
        super().__init__(label, **kw)
        self.needed, self.hint = required, hint

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [one for one in valuelist if isinstance(one, FileStorage) and one.filename]

    def pre_validate(self, form: Any) -> None:
        limit = current_app.config["MILEPOST"].upload_limit
        for file in self.data or ():
            size = file.stream.seek(0, 2)
            file.stream.seek(0)
            name = (file.filename or "").replace("\\", "/").rpartition("/")[2][:80]
            if size == 0:
                raise ValidationError(f"“{name}” is empty. Choose the files again without it.")
            if size > limit:
                raise ValidationError(
                    f"“{name}” is larger than {limit // 1048576} MB. Choose smaller files."
                )
        if self.needed and not self.data:
            raise ValidationError("Choose at least one file.")


def right_iban(_form: Any, field: Any) -> None:
    """An account that holds an IBAN holds a right one; other countries have other numbers."""
    if wrong := bank.wrong_iban(field.data or ""):
        raise ValidationError(
            f"“{wrong}” cannot be an IBAN: a sign is missing, too many or mistyped."
        )


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """The IANA zones that people live in, one name each, and UTC."""
    from importlib.resources import files

    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8")
    rows = [row.split("\t") for row in table.splitlines() if row and not row.startswith("#")]
    return ("UTC", *sorted(row[2] for row in rows))
