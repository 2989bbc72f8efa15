"""Forms as a browser fills them in, with one field wrong, and what the answer must still hold."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bs4 import BeautifulSoup, Tag

Pairs = list[tuple[str, str]]
NEVER_BACK = frozenset({"once", "csrf_token"})
_PLAIN_OPTION = re.compile(r"<option(?![^>]* selected)[^>]*>[^<]*</option>")
"""What a list offers besides; there are hundreds of time zones, and reading them takes time."""


@dataclass(frozen=True)
class Wrong:
    """Nonsense in one field. `blamed` is the field that the error stands beside, if another."""

    field: str
    value: str
    status: int = 422
    blamed: str = ""
    words: str = ""


@dataclass(frozen=True)
class Sheet:
    """One form of the board: who opens which page, what is typed well, and what is not."""

    name: str
    who: str
    page: str
    action: str
    wrong: tuple[Wrong, ...]
    typed: dict[str, str] = field(default_factory=dict)


def each(name: str, values: Iterable[str], **more: Any) -> tuple[Wrong, ...]:
    """The same field with one wrong value after the other."""
    return tuple(Wrong(name, value, **more) for value in values)


LONG = "x" * 100_000
SIGNS = ("a\x00b", "\x1b[2J", LONG)
LINES = (*SIGNS, "two\nlines")
AMOUNTS = (
    "1e5", "NaN", "Infinity", "12.345", "-1", "1,2,3", "1.2.3", "1000000000000000000", "ten",
    "0x10", "1_000", "²", "--", "1\x000", "9" * 100_000,
)  # fmt: skip
DAYS = (
    "yesterday", "2026-02-30", "0000-01-01", "10000-01-01", "99999-12-31", "-1", "2026-13-01",
    "2026-1-1", "1e5", "20\x0026-01-01", LONG,
)  # fmt: skip
MAILS = ("nonsense", "a@b", "@", "a b@example.org", "a@example.org\nBcc: b@example.org", LONG)
CHOICES = ("nonsense", "", "\x00", LONG)
FIRST_ROW = {
    "m-1-title": "Six concepts", "m-1-description": "In black.\r\n\r\nAnd in colour.",
    "m-1-due": "2027-03-01", "m-1-amount": "75.00",
}  # fmt: skip


FEW_AMOUNTS, FEW_DAYS = ("1e5", "12.345", "-1", "1\x000"), ("2026-02-30", "10000-01-01", "\x00")


def few_rows(at: str = "m-1") -> tuple[Wrong, ...]:
    """A little of it, where the same table stands on another page."""
    return (
        *each(f"{at}-title", ("", "a\x00b")),
        *each(f"{at}-due", FEW_DAYS),
        *each(f"{at}-amount", FEW_AMOUNTS),
    )


def rows(at: str = "m-1") -> tuple[Wrong, ...]:
    """Nonsense in one row of the table of milestones."""
    return (
        *each(f"{at}-title", ("", "a\x00b", "two\nlines", LONG)),
        *each(f"{at}-description", ("a\x00b", LONG)),
        *each(f"{at}-due", (*DAYS, "")),
        *each(f"{at}-amount", (*AMOUNTS, "")),
    )


# -- pages and their forms ---------------------------------------------------------------


def form_of(answer: Any, action: str) -> Tag | None:
    """The form in an answer (a page, or fragments) that posts to an address."""
    html = _PLAIN_OPTION.sub("", answer.get_data(as_text=True))
    found = re.search(rf'<form [^>]*action="{re.escape(action)}".*?</form>', html, re.S)
    return BeautifulSoup(found[0], "html.parser").form if found else None


def forms_of(answer: Any) -> list[Tag]:
    """Every form in an answer that posts."""
    html = _PLAIN_OPTION.sub("", answer.get_data(as_text=True))
    found = re.findall(r"<form .*?</form>", html, re.S)
    forms = [BeautifulSoup(one, "html.parser").form for one in found if 'method="post"' in one]
    return [one for one in forms if one]


def controls(form: Tag, name: str = "") -> list[Tag]:
    """What a form sends: all of it, or the fields of one name."""
    every = form.find_all(["input", "textarea", "select"])
    return [one for one in every if one.get("name") and name in ("", one["name"])]


def value_of(control: Tag) -> str | None:
    """What a control would send; None for what is not chosen."""
    kind = control.get("type", "text")
    if kind in ("radio", "checkbox"):
        return str(control.get("value", "on")) if control.has_attr("checked") else None
    if kind == "file":
        return None
    if control.name == "select":
        options = control.find_all("option")
        chosen = [one for one in options if one.has_attr("selected")] or options[:1]
        return str(chosen[0].get("value", chosen[0].get_text())) if chosen else None
    if control.name == "textarea":
        return control.get_text().replace("\r\n", "\n").removeprefix("\n")
    return str(control.get("value", ""))


def filled(form: Tag) -> Pairs:
    """The fields of a form as it stands."""
    pairs = [(str(one["name"]), value_of(one)) for one in controls(form)]
    return [(name, value) for name, value in pairs if value is not None]


def same(typed: str, shown: str) -> bool:
    """Whether what was typed came back: line ends as HTML has them, forbidden signs marked."""

    def tidy(text: str) -> str:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return "".join(sign if sign >= " " or sign in "\n\t" else "\ufffd" for sign in text)

    return tidy(shown).replace("\ufffd", "\n") == tidy(typed).replace("\ufffd", "\n")


def put(pairs: Pairs, name: str, value: str) -> Pairs:
    """The pairs with another value in one field."""
    changed = [(one, value if one == name else was) for one, was in pairs]
    return changed if any(one == name for one, _ in pairs) else [*changed, (name, value)]


def send(browser: Any, action: str, pairs: Pairs, *, htmx: bool = False, multi: bool) -> Any:
    """Post a form, as a plain browser or as htmx does."""
    from werkzeug.datastructures import MultiDict

    data: MultiDict[str, Any] = MultiDict(pairs)
    if multi:
        data.add("files", (io.BytesIO(b""), ""))
    headers = {"HX-Request": "true"} if htmx else {}
    return browser.post(action, data=data, headers=headers)


def troubles(answer: Any, action: str, sent: Pairs, wrong: Wrong) -> list[str]:
    """What is amiss in the answer to a form with that wrong field."""
    if answer.status_code != wrong.status:
        return [f"{answer.status} instead of {wrong.status}"]
    if wrong.status != 422:
        return []
    form = form_of(answer, action)
    if form is None:
        return ["the form is gone"]
    found = _lost(form, sent, wrong.field) + _beside(form, wrong.blamed or wrong.field, wrong.words)
    return found + (["a raw NUL in the page"] if "\x00" in answer.get_data(as_text=True) else [])


def _lost(form: Tag, sent: Pairs, wrong: str) -> list[str]:
    lost = []
    for name, typed in sent:
        if name in NEVER_BACK:
            continue
        here = controls(form, name)
        kinds = {str(one.get("type", one.name)) for one in here}
        if "password" in kinds or (kinds & {"radio", "checkbox", "select"} and name == wrong):
            continue  # a password never comes back; a choice that there is not cannot
        if not any(same(typed, shown) for one in here if (shown := value_of(one)) is not None):
            lost.append(f"{name} lost {typed[:30]!r}: {[value_of(one) for one in here]!r:.80}")
    return lost


def _beside(form: Tag, name: str, words: str) -> list[str]:
    here = controls(form, name)
    if not here:
        return [f"no field {name}"]
    group = (
        here[0].find_parent("fieldset") if here[0].get("type") in ("radio", "checkbox") else None
    )
    if group is None and here[0].get("aria-invalid") != "true":
        return [f"{name} is not marked as invalid"]
    ids = str((group or here[0]).get("aria-describedby", "")).split()
    said = " ".join(
        one.get_text() for one_id in ids if (one := form.find(id=one_id, class_="error"))
    )
    if not said.strip():
        return [f"no error is beside {name}"]
    return [] if words in said else [f"{name} says {said!r}"]


def tried(browser: Any, sheet: Sheet, ids: Callable[[str], str]) -> list[str]:
    """Everything amiss in one form: every wrong field, plain and with htmx."""
    page, action = ids(sheet.page), ids(sheet.action)
    opened = browser.get(page)
    assert opened.status_code == 200, (sheet.name, page, opened.status)
    form = form_of(opened, action)
    assert form is not None, f"{sheet.name}: {page} has no form for {action}"
    multi, found = form.get("enctype") == "multipart/form-data", []
    good = [pair for pair in filled(form) if pair[0] not in NEVER_BACK]
    for name, value in sheet.typed.items():
        good = put(good, ids(name), ids(value))
    asked = set[str]()
    for wrong in sheet.wrong:
        mine = Wrong(
            ids(wrong.field), ids(wrong.value), wrong.status, ids(wrong.blamed), wrong.words
        )
        sent = put(good, mine.field, mine.value)
        for htmx in (False, True) if mine.field not in asked else (False,):
            answer = send(browser, action, sent, htmx=htmx, multi=multi)
            how = f"{sheet.name}, {mine.field}={mine.value[:30]!r}{', htmx' if htmx else ''}"
            found += [f"{how}: {what}" for what in troubles(answer, action, sent, mine)]
        asked.add(mine.field)
    return found
