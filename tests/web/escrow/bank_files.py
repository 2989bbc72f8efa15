"""Uploading bank files as an operator does, and saying what the columns of a CSV are."""

from __future__ import annotations

import io
from typing import Any

from bs4 import BeautifulSoup

HERE = "/board/statements"


def soup(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "html.parser")


def uploads(browser: Any, *files: tuple[str, bytes]) -> Any:
    """Choose these files and press Import; the page that comes then."""
    data = {"files": [(io.BytesIO(content), name) for name, content in files]}
    return browser.post(HERE, data=data, follow_redirects=True)


def says_columns(browser: Any, answer: Any, **changes: str) -> Any:
    """Press Import these lines as the page proposes it, as often as a file asks."""
    while form := columns_form(answer):
        answer = sends(browser, form, changes)
    return answer


def columns_form(answer: Any) -> Any:
    """The form of the page that asks about columns, if this is one that can be imported."""
    button = soup(answer).find("button", string="Import these lines")
    return button.find_parent("form") if button else None


def typed(form: Any) -> dict[str, str]:
    """What a browser would send of a form as it stands."""
    data = {}
    for one in form.find_all("input"):
        if one.get("type") != "checkbox" or one.has_attr("checked"):
            data[one["name"]] = one.get("value", "on")
    for one in form.find_all("select"):
        chosen = one.find("option", selected=True) or one.find("option")
        data[one["name"]] = chosen["value"]
    return data


def sends(browser: Any, form: Any, changes: dict[str, str], follow: bool = True) -> Any:
    """Send a form with some fields changed."""
    return browser.post(form["action"], data=typed(form) | changes, follow_redirects=follow)
