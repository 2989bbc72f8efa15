"""Passwords, kept as argon2id. Slow on purpose: hash before a write transaction begins."""

from __future__ import annotations

from functools import lru_cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST = 8
"""The fewest characters of a password."""

_AT_ONCE = BoundedSemaphore(4)
"""Each hash takes 19 MiB; a burst of sign-ins must not take the memory of the house."""


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    """A hash that no password fits, so that unknown addresses take as long as known ones."""
    from app.people import tokens

    return hash(tokens.new())


def hash(text: str) -> str:
    """The argon2id hash of a password (19 MiB, two passes, one lane)."""
    with _AT_ONCE:
        return _hasher().hash(text)


def verify(known: str | None, text: str) -> bool:
    """Whether `text` is the password behind a hash; as slow when there is none."""
    from argon2.exceptions import Argon2Error, InvalidHashError

    against = known or _nobodys()
    with _AT_ONCE:
        try:
            _hasher().verify(against, text)
        except (Argon2Error, InvalidHashError):
            return False
    return known is not None
