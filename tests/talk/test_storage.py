"""The local file store: named by content, whole or not at all."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from app.adapters.storage_local import LocalStorage
from app.kernel.errors import Invalid


def test_a_file_is_kept_once_under_the_name_of_its_content(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    for name in ("one.pdf", "../two.pdf"):
        kept = storage.put(io.BytesIO(b"same"), 100, name)
        assert kept.sha256 == hashlib.sha256(b"same").hexdigest()
        assert (kept.size, kept.media_type) == (4, "application/pdf")
        assert kept.name == name[-7:]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [storage.path(kept.sha256)]
    with storage.open(kept.sha256) as file:
        assert file.read() == b"same"


@pytest.mark.parametrize(("size", "code"), [(0, "file.empty"), (101, "file.too_large")])
def test_nothing_and_one_too_many_are_refused_and_leave_nothing(
    tmp_path: Path, size: int, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        LocalStorage(tmp_path).put(io.BytesIO(b"x" * size), 100, "a.txt")
    assert (refused.value.code, refused.value.field) == (code, "files")
    assert refused.value.facts["name"] == "a.txt"
    assert list(tmp_path.iterdir()) == []


def test_the_limit_itself_is_taken(tmp_path: Path) -> None:
    assert LocalStorage(tmp_path).put(io.BytesIO(b"x" * 100), 100, "a").size == 100


def test_a_transfer_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise OSError("the line broke")

    with pytest.raises(OSError, match="broke"):
        LocalStorage(tmp_path).put(cast("BinaryIO", Broken()), 100, "a")
    assert list(tmp_path.iterdir()) == []


def test_only_digests_are_opened(tmp_path: Path) -> None:
    for name in ("../secret_key", "", "ab", "." * 64):
        with pytest.raises(FileNotFoundError):
            LocalStorage(tmp_path).open(name)
