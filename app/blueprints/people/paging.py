"""Lists by name are paged by the last name and id that were shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from urllib.parse import urlencode

from flask import request


class Named(Protocol):
    """A row of a list by name."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


def after() -> tuple[str, str] | None:
    """The last (name, id) of the page before, if this is not the first."""
    name = request.args.get("after", "")[:200].replace("\0", "")
    return (name, request.args.get("id", "")[:40].replace("\0", "")) if name else None


def further(address: str, rows: Sequence[Named], size: int, **asked: str) -> str:
    """The address of the next page, where one row more than a page was found."""
    if len(rows) <= size:
        return ""
    last = rows[size - 1]
    kept = {name: value for name, value in asked.items() if value}
    return f"{address}?{urlencode({**kept, 'after': last.name, 'id': last.id})}"
