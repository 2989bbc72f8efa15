"""Passwords, kept as argon2id. Slow on purpose: hash before a write transaction begins."""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from app.kernel.errors import Invalid
from app.kernel.text import fold

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST = 8
"""The fewest characters of a password."""
COMMON = Path(__file__).with_name("common_passwords.txt.gz")
"""The passwords that guessers try first, one a line, folded (`tools/common_passwords.py`)."""

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


def check(text: str, *, name: str, email: str, board: str) -> None:
    """Refuse a new password that somebody who guesses would try first.

    Raises Invalid (field "password"): "password.common" for the most common ones,
    "password.own_words" where half of it or more is the person's name or address or the board's
    name. There are no rules about kinds of characters.
    """
    typed = _folded(text)
    if _is_common(typed):
        raise Invalid("password.common", field="password")
    if _is_mostly(typed, _own_words(name, email, board)):
        raise Invalid("password.own_words", field="password")


def _folded(text: str) -> str:
    """Without case, marks, compatibility forms, invisible signs, and blanks around it."""
    seen = (sign for sign in fold(text) if unicodedata.category(sign) != "Cf")
    return "".join(seen).strip()


def _is_common(typed: str) -> bool:
    """Whether it is on the list, which is read for this one question: pages have no use for it."""
    return f"\n{typed}\n".encode() in b"\n" + gzip.decompress(COMMON.read_bytes())


def _own_words(name: str, email: str, board: str) -> set[str]:
    """What a stranger knows of an account: each name whole and in its parts, and the address."""
    local, _, host = email.partition("@")
    found = {_folded(email), _folded(local)}
    for known in (name, local, host.rpartition(".")[0], board):
        parts = re.findall(r"[^\W_]+", _folded(known))
        found |= {"".join(parts), *parts}
    return {word for word in found if len(word) > 1}


def _is_mostly(typed: str, words: Iterable[str]) -> bool:
    """Whether at least half of what was typed are these words, as often as they come."""
    typed = "".join(typed.split())
    rest = typed
    for word in sorted(words, key=lambda word: (-len(word), word)):
        rest = rest.replace(word, " ")
    return len(rest.replace(" ", "")) * 2 <= len(typed)
