"""Pieces of a room's pages that were drawn already, by the room's version and its reader.

A room's version rises with everything that is seen in it, so a piece is never stale; what changes
with the hour (a report that falls due, the day) is part of the key. Nothing secret and nothing of
one browser's own (tokens, keys of forms) is ever kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

Piece = TypeVar("Piece")

MOST = 256
"""About 3 MB of pages."""


class Kept(Generic[Piece]):
    """The newest pieces; the one that was not asked for longest goes first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._pieces: OrderedDict[Hashable, Piece] = OrderedDict()
        self._lock = Lock()

    def of(self, key: Hashable, draw: Callable[[], Piece]) -> Piece:
        """The piece of that key, drawn where it is not here. Two may draw it at once; both fit."""
        with self._lock:
            found = self._pieces.get(key)
            if found is not None:
                self._pieces.move_to_end(key)
                return found
        made = draw()
        with self._lock:
            self._pieces[key] = made
            while len(self._pieces) > self._most:
                self._pieces.popitem(last=False)
        return made


rooms: Kept[dict[str, Any]] = Kept()
"""What the overview shows, by (room, version, …, reader and how they see days)."""
