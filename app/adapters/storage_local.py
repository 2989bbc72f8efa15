"""Files in a folder, named by their SHA-256: written beside, synced, then moved into place."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from app.kernel.errors import Invalid
from app.talk.files import media_type, safe_name
from app.talk.storage import Stored

CHUNK = 256 * 1024


class LocalStorage:
    """The embedded file store: `<folder>/ab/cd…`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, stream: BinaryIO, limit: int, name: str = "file") -> Stored:
        """Keep the bytes; see `app.talk.storage.Storage.put`."""
        name = safe_name(name)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(prefix=".incoming-", dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as file:
                digest, size = _copy(stream, file, limit, name)
                file.flush()
                os.fsync(file.fileno())
            self._move(Path(beside), self._path(digest))
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
        return Stored(sha256=digest, size=size, name=name, media_type=media_type(name))

    def open(self, sha256: str) -> BinaryIO:
        """The bytes of that name."""
        return self._path(sha256).open("rb")

    def path(self, sha256: str) -> Path:
        """Where the bytes are, for a web server that sends files itself."""
        return self._path(sha256)

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not sha256.isalnum():
            raise FileNotFoundError(sha256)
        return self.folder / sha256[:2] / sha256[2:]

    def _move(self, beside: Path, path: Path) -> None:
        """Give the bytes their name, and make the name itself survive a power cut."""
        if path.exists():
            beside.unlink()
            return
        path.parent.mkdir(mode=0o700, exist_ok=True)
        beside.replace(path)
        for folder in (path.parent, self.folder):
            number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(number)
            finally:
                os.close(number)


def _copy(stream: BinaryIO, file: BinaryIO, limit: int, name: str) -> tuple[str, int]:
    """Copy up to `limit` bytes; the digest and the size."""
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise Invalid("file.too_large", field="files", name=name, most=limit)
        digest.update(chunk)
        file.write(chunk)
    if size == 0:
        raise Invalid("file.empty", field="files", name=name)
    return digest.hexdigest(), size
