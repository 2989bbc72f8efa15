"""Browsers that have signed in before, so that guessing elsewhere does not lock them out.

The cookie holds a random id and the accounts that the browser has signed in to, signed with the
board's key. It opens nothing: a password is asked of this browser as of any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Response, after_this_request, current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from app.blueprints import cookies, guards
from app.people import tokens
from app.people.models import Person

LASTS = timedelta(days=365)
MOST_ACCOUNTS = 5


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser's id, and the people who have signed in there, the newest first."""

    id: str
    people: tuple[str, ...]


def id_for(person: Person | None) -> str:
    """The id of this browser, if it has signed in to that account; empty otherwise."""
    if person is None:
        return ""
    browser = _browser()
    if browser and person.id in browser.people:
        return browser.id
    seen = guards.viewer()  # signed in before there was such a cookie, or without keeping it
    return guards.sign_in_token() if seen and seen.id == person.id else ""


def remember(person_id: str) -> None:
    """Let the answer to this request say that the browser has signed in to that account."""
    browser = _browser() or Browser(tokens.new(), ())
    others = [one for one in browser.people if one != person_id]
    value = _signer().dumps([browser.id, [person_id, *others][:MOST_ACCOUNTS]])

    @after_this_request
    def keep(answer: Response) -> Response:
        cookies.put(answer, cookies.BROWSER, str(value), LASTS)
        return answer


def _browser() -> Browser | None:
    """What the cookie says, if the board signed it within a year."""
    try:
        most = int(LASTS.total_seconds())
        name, people = _signer().loads(cookies.held(cookies.BROWSER), max_age=most)
        return Browser(str(name), tuple(map(str, people)))
    except (BadData, TypeError, ValueError):
        return None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="known-browser")
