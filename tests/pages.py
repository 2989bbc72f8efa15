"""Pages as a browser without scripts reads them: links, forms and what their buttons send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag


@dataclass(frozen=True)
class Filled:
    """A form as a page offers it: where it goes, how, and its fields."""

    action: str
    method: str
    fields: dict[str, str]


def soup_of(answer: Any) -> BeautifulSoup:
    """A page that was answered, parsed."""
    return BeautifulSoup(answer.text, "html.parser")


def forms(soup: BeautifulSoup, path: str) -> list[tuple[Tag, Filled]]:
    """Every form of a page."""
    return [(form, filled(form, path)) for form in soup.find_all("form")]


def filled(form: Tag, path: str, button: Tag | None = None) -> Filled:
    """What is sent when (a button of) that form is pressed."""
    fields: dict[str, str] = {}
    for one in form.find_all(["input", "textarea", "select"]):
        name, kind = str(one.get("name", "")), one.get("type", "")
        if not name or kind in ("file", "submit", "button"):
            continue
        if kind in ("checkbox", "radio") and not one.has_attr("checked"):
            continue
        fields[name] = _value(one)
    action = form.get("action") or path
    if button is not None:
        action = button.get("formaction") or action
        if name := button.get("name"):
            fields[str(name)] = str(button.get("value", ""))
    return Filled(urljoin(path, str(action)), str(form.get("method", "get")).upper(), fields)


def pressed(answer: Any, path: str, label: str) -> Filled:
    """What is sent when the button that begins with `label` is pressed."""
    soup = soup_of(answer)
    for button in soup.find_all("button"):
        form = button.find_parent("form")
        if own := button.get("form"):
            form = soup.find("form", id=own)
        if form and " ".join(button.get_text(" ").split()).startswith(label):
            return filled(form, path, button)
    names = [" ".join(one.get_text(" ").split()) for one in soup.find_all("button")]
    raise AssertionError(f"no button “{label}” on {path} ({answer.status}); there are {names}")


def links(soup: BeautifulSoup, path: str) -> list[str]:
    """The addresses on this board that a page links to, without fragments, in order."""
    found: list[str] = []
    for link in soup.find_all("a", href=True):
        there = urlsplit(urljoin(f"http://localhost{path}", str(link["href"])))
        if there.scheme != "http" or there.netloc != "localhost":
            continue
        address = there.path + (f"?{there.query}" if there.query else "")
        if address not in found:
            found.append(address)
    return found


def _value(control: Tag) -> str:
    if control.name == "textarea":
        return control.get_text().removeprefix("\r").removeprefix("\n")  # as browsers do
    if control.name != "select":
        return str(control.get("value", "on" if control.get("type") == "checkbox" else ""))
    options = control.find_all("option")
    chosen = [one for one in options if one.has_attr("selected")] or options[:1]
    return str(chosen[0].get("value", chosen[0].get_text())) if chosen else ""
