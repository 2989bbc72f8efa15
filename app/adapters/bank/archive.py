"""A ZIP of statements: its files, within limits that no archive can talk its way around."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePosixPath

from app.adapters.bank.others import other, other_archive
from app.kernel.errors import Invalid

MOST_FILES = 50
_BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, zlib.error,
    EOFError, OSError, ValueError, KeyError, IndexError, OverflowError, MemoryError,
)  # fmt: skip
"""What zipfile raises for archives that are cut, bent, or packed in a way it does not know."""


def is_archive(data: bytes) -> bool:
    """Whether the first bytes are those of a ZIP."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"))


def files_of(data: bytes, most_bytes: int) -> list[tuple[str, bytes]]:
    """Name and bytes of each file in a ZIP, in its order.

    Raises Invalid: `statement.zip`, `statement.zip_large`, `statement.zip_encrypted`,
    `statement.zip_nested`, `statement.other_format`. The sizes that the archive states are not
    believed: not one byte more than allowed is unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _files(archive, most_bytes)
    except _BROKEN as error:
        if "password" in str(error).lower():
            raise _refused("encrypted") from None
        raise _refused("") from None


def _files(archive: zipfile.ZipFile, most_bytes: int) -> list[tuple[str, bytes]]:
    names = [one.filename for one in archive.infolist()]
    if document := other_archive(names):
        raise other(document)
    infos = [one for one in archive.infolist() if not one.is_dir() and not _is_clutter(one)]
    if len(infos) > MOST_FILES:
        raise _refused("large", most=MOST_FILES, size=most_bytes // 1048576)
    found: list[tuple[str, bytes]] = []
    left = most_bytes
    for info in infos:
        if info.flag_bits & 0x1:
            raise _refused("encrypted")
        with archive.open(info) as packed:
            content = packed.read(left + 1)
        left -= len(content)
        if left < 0:
            raise _refused("large", most=MOST_FILES, size=most_bytes // 1048576)
        if is_archive(content):
            raise _refused("nested")
        found.append((PurePosixPath(info.filename.replace("\\", "/")).name, content))
    if not found:
        raise Invalid("statement.none", field="files", format="ZIP")
    return found


def _is_clutter(info: zipfile.ZipInfo) -> bool:
    """What computers put into archives by themselves."""
    path = PurePosixPath(info.filename.replace("\\", "/"))
    return "__MACOSX" in path.parts or path.name.startswith(".") or path.name == "Thumbs.db"


def _refused(why: str, **facts: object) -> Invalid:
    return Invalid(f"statement.zip_{why}" if why else "statement.zip", field="files", **facts)
