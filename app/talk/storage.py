"""What a file store must do. Bytes are named by what they are, so the same file is kept once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes that are safely kept, and what their sender called them (already a safe name)."""

    sha256: str
    size: int
    name: str
    media_type: str


class Storage(Protocol):
    """A place for bytes; `adapters/storage_local` is the embedded one."""

    def put(self, stream: BinaryIO, limit: int, name: str = "file") -> Stored:
        """Keep what the stream holds, up to `limit` bytes.

        Raises Invalid `file.empty` or `file.too_large`. When it returns, the bytes survive a
        power cut.
        """
        ...

    def open(self, sha256: str) -> BinaryIO:
        """The bytes of that name. Raises FileNotFoundError."""
        ...
