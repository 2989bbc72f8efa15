"""The board's files are its own: no other account of the machine may open them.

What the board makes is born so (`keep_private`). What an earlier version or a careless copy left
open is closed at start, and `./milepost doctor` names what is still open. Only what is the
board's is touched: a data folder that holds other things, too, stays as it is
(docs/decisions/0103).
"""

from __future__ import annotations

import os
import random
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

from app.settings import ROOT, Settings

LONGEST_S = 2.0
"""So long a start looks for open files at most. Folders are closed first, and what lies in a
closed folder cannot be reached."""
NAMED = 3
"""How many paths a sentence names."""

_FILES = (
    "secret_key", "setup_code", "settings.env*", "demo-board", "untrusted-proxy", ".probe-*",
    "*.db", "*.db-*", "*.db.*", "*.log", "*.log.*", "*.eml", ".gitignore", "lost+found",
)  # fmt: skip
_FOLDERS = ("files", "letters", "exports", "logs", "backups", "demo")
_MAILS = ("*.eml", "*.part")


@dataclass(frozen=True, slots=True)
class OpenPath:
    """A file or folder of the board that other accounts of the machine may open."""

    path: str
    is_folder: bool
    owner: int

    @property
    def is_mine(self) -> bool:
        """Whether this account may close it."""
        return self.owner == os.geteuid()


def keep_private() -> None:
    """Let all that this process makes be its account's alone; for programs, at their start."""
    os.umask(0o077)


def mend(settings: Settings) -> list[str]:
    """Close what is open; one sentence for each thing that could not be closed."""
    left: list[str] = []
    for found in open_paths(settings, LONGEST_S):
        try:
            closed = found.is_mine and _close(found)
        except OSError:
            closed = False
        if not closed:
            left.append(found.path)
    said = [
        f"The folder {folder} is not the board's alone, so it stays open to other accounts of this "
        "machine; the board's own files in it are closed. A folder without other things is better."
        for folder in shared_folders(settings)
    ]
    if left:
        said.append(f"{several(left)} could not be closed to other accounts of this machine.")
    return said


def several(paths: list[str]) -> str:
    """Some paths in words: the first ones, and how many more there are."""
    more = len(paths) - NAMED
    return ", ".join(paths[:NAMED]) + (f" and {more} more" if more > 0 else "")


def open_paths(settings: Settings, longest_s: float) -> Iterator[OpenPath]:
    """What is the board's and open to others, folders before what is in them.

    It ends after `longest_s` seconds; the order is another one each time, so that a store of
    millions of files is looked at in several starts. Links are not followed.
    """
    for path in _candidates(settings, time.monotonic() + longest_s):
        try:
            info = os.lstat(path)
        except OSError:  # it is not there, or it went meanwhile
            continue
        is_folder = stat.S_ISDIR(info.st_mode)
        if (is_folder or stat.S_ISREG(info.st_mode)) and info.st_mode & 0o077:
            yield OpenPath(path, is_folder, info.st_uid)


def shared_folders(settings: Settings) -> list[Path]:
    """The folders that are open, and that the board does not close: they are not its alone."""
    return [
        folder
        for folder, known in _folders(settings)
        if folder.is_dir() and folder.stat().st_mode & 0o077 and not _is_ours_alone(folder, known)
    ]


def _folders(settings: Settings) -> list[tuple[Path, Callable[[str], bool]]]:
    """The data folder, and a mail folder elsewhere; with the names that are the board's in each."""
    found: list[tuple[Path, Callable[[str], bool]]] = [(settings.data_dir, _is_board_name)]
    mail = Path(urlsplit(settings.smtp_url).path)
    if not settings.mails and mail.is_absolute():
        found.append((mail, _is_mail_name))
    return found


def _candidates(settings: Settings, until: float) -> Iterator[str]:
    """The paths that are the board's: its folders, its database, other files, what lies deeper."""
    deep: list[str] = []
    for folder, is_known in _folders(settings):
        if _is_ours_alone(folder, is_known):
            yield str(folder)
        inner = [one.path for one in _entries(folder) if is_known(one.name) and _is_folder(one)]
        yield from inner
        deep += inner
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        yield from (url.database + end for end in ("", "-wal", "-shm", "-journal"))
    for folder, is_known in _folders(settings):
        for entry in _entries(folder):
            if time.monotonic() > until:
                return
            if is_known(entry.name) and not _is_folder(entry):
                yield entry.path
    yield from _below(deep, until)


def _below(folders: list[str], until: float) -> Iterator[str]:
    """Everything in these folders, a folder before what is in it; each time in another order."""
    waiting = random.sample(folders, len(folders))
    while waiting:
        inner = []
        for entry in _entries(waiting.pop()):
            if time.monotonic() > until:
                return
            yield entry.path
            if _is_folder(entry):
                inner.append(entry.path)
        random.shuffle(inner)
        waiting += inner


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _entries(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    """What lies in a folder; nothing where it may not be read, or is gone."""
    try:
        with os.scandir(folder) as found:
            yield from found
    except OSError:
        return


def _is_board_name(name: str) -> bool:
    return name in _FOLDERS or any(fnmatch(name, known) for known in _FILES)


def _is_mail_name(name: str) -> bool:
    return any(fnmatch(name, known) for known in _MAILS)


def _is_ours_alone(folder: Path, is_known: Callable[[str], bool]) -> bool:
    """Whether a folder may be closed: ours, no place that programs share, nothing else in it."""
    try:
        info = folder.lstat()
    except OSError:
        return False
    is_place = any(place.is_relative_to(folder) for place in (ROOT, *_home()))
    if info.st_mode & stat.S_ISVTX or not stat.S_ISDIR(info.st_mode) or is_place:
        return False
    others = (entry for entry in _entries(folder) if not is_known(entry.name))
    return next(others, None) is None


def _home() -> list[Path]:
    try:
        return [Path.home().resolve()]
    except (RuntimeError, OSError):  # an account without a home
        return []


def _close(found: OpenPath) -> bool:
    """Take the rights of others away from what is there itself, never from what a link points to.

    False where it is not ours after all.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    number = os.open(found.path, flags | (os.O_DIRECTORY if found.is_folder else 0))
    try:
        info = os.fstat(number)
        if info.st_uid != os.geteuid():
            return False
        os.fchmod(number, info.st_mode & (0o700 if found.is_folder else 0o600))
    finally:
        os.close(number)
    return True
