"""Browsers of people who are on the board already, by their address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.people.accounts import by_email


@pytest.fixture
def signed_in(story: Any, signed_in: Callable[[Any], Any]) -> Callable[[str], Any]:
    """`signed_in("alice@example.org")` is a browser without scripts of that person's own."""

    def begin(email: str) -> Any:
        with story() as session:
            person = by_email(session, email)
        assert person is not None, f"{email} is not on the board"
        return signed_in(person)

    return begin
