"""ARCHITECTURE: an MIT product leans on permissive libraries, MPL and LGPL; never on GPL alone."""

from __future__ import annotations

import re
from email.message import Message
from importlib import metadata

import pytest

from tests.parts import ROOT

pytestmark = pytest.mark.any_database

LOCKS = ("requirements.txt", "requirements-postgres.txt")
"""What a board runs with; tools for tests are never handed on."""
ALLOWED = frozenset(
    [
        "0bsd",
        "afl-2.1",
        "apache",
        "apache-2.0",
        "blueoak-1.0.0",
        "bsd",
        "bsd-2-clause",
        "bsd-3-clause",
        "bsl-1.0",
        "cc0-1.0",
        "cnri-python",
        "historical-permission-notice-and-disclaimer",
        "hpnd",
        "isc",
        "mit",
        "mit-0",
        "mit-cmu",
        "ncsa",
        "psf",
        "psf-2.0",
        "psfl",
        "python-2.0",
        "python-foundation",
        "unlicense",
        "w3c",
        "x11",
        "zlib",
        "zlib/libpng",
        "zope-public",
        "zpl-2.0",
        "zpl-2.1",
        "mozilla-public-1.1",
        "mozilla-public-2.0",
        "mpl-1.1",
        "mpl-2.0",
        "lgpl",
        "lgpl-2.0",
        "lgpl-2.1",
        "lgpl-3.0",
        "lgplv2",
        "lgplv3",
        "gnu-lesser-general-public",
        "gnu-lesser-general-public-v2",
        "gnu-lesser-general-public-v3",
        "gnu-library-or-lesser-general-public",
    ]
)
"""Permissive ones, MPL and LGPL, as `plain` writes them."""
TEXTS = (
    "Redistribution and use in source and binary forms, with or without",  # BSD
    "Permission is hereby granted, free of charge, to any person obtaining a copy",  # MIT
    "Permission to use, copy, modify, and/or distribute this software for any purpose",  # ISC
    "Apache License Version 2.0, January 2004",
)
"""How permissive licences begin, where a package only holds the text."""
UNSTATED: dict[str, str] = {}
"""Packages that state no licence in their metadata, and why they may be used all the same."""
ELSEWHERE = {"brotlicffi": "MIT; for other Pythons than CPython, where brotli cannot be built"}
"""Locked for systems unlike this one, so that their metadata is not here; and their licence."""


def locked() -> dict[str, str]:
    """The packages of the runtime locks, with the condition for each."""
    text = "".join((ROOT / name).read_text() for name in LOCKS)
    return dict(re.findall(r"^([a-z0-9.-]+)(?:\[[^]]*\])?==[^ ;]+ ?;?([^\n\\]*)", text, re.M))


def is_allowed(stated: Message) -> bool:
    """Whether what a package states offers one licence that we take."""
    expression = stated.get("License-Expression", "")
    if expression:
        return offers(expression)
    kinds = [one.split(" :: ") for one in stated.get_all("Classifier", [])]
    names = [kind[-1] for kind in kinds if kind[0] == "License" and kind[-1] != "OSI Approved"]
    if names:
        return any(plain(name) in ALLOWED for name in names)
    text = " ".join(stated.get("License", "").split())
    return offers(text) if len(text) < 100 else any(begin in text for begin in TEXTS)


def offers(expression: str) -> bool:
    """Whether one side of every `OR` is made of licences that we take only."""
    for choice in re.split(r"\s+or\s+(?!later)|\s*/\s*(?!libpng)", expression, flags=re.I):
        parts = re.split(r"\s+and\s+", choice.strip(" ()"), flags=re.I)
        bare = [re.split(r"\s+with\s+", part.strip(" ()"), flags=re.I)[0] for part in parts]
        if all(plain(part) in ALLOWED for part in bare):
            return True
    return False


def plain(name: str) -> str:
    """A licence's name without what SPDX, classifiers and packages write differently."""
    tidy = re.sub(r"\(.*?\)|-only|-or-later|[,+]", " ", name.lower())
    tidy = re.sub(r"\b(the|licen[sc]e|version|software|or later)\b", " ", tidy)
    return "-".join(tidy.split())


def test_every_library_that_the_board_runs_with_may_be_handed_on_with_it() -> None:
    wrong = {}
    for name in locked():
        if name in UNSTATED or name in ELSEWHERE:
            continue
        stated = metadata.metadata(name)
        if not is_allowed(stated):  # type: ignore[arg-type]
            classifiers = [one for one in stated.get_all("Classifier") or [] if "License" in one]
            wrong[name] = [stated["License-Expression"], stated["License"], classifiers]
    assert wrong == {}
    assert len(locked()) > 40


def test_no_exception_is_kept_for_a_package_that_is_not_locked() -> None:
    assert set(UNSTATED) | set(ELSEWHERE) <= set(locked())
    assert all(locked()[name].strip() for name in ELSEWHERE), "locked for every system"


@pytest.mark.parametrize(
    ("fact", "value", "expected"),
    [
        ("License-Expression", "GPL-3.0-only", False),  # as ofxtools states
        ("License-Expression", "AGPL-3.0-or-later", False),
        ("License-Expression", "MIT AND GPL-2.0-only", False),
        ("License-Expression", "GPL-2.0-or-later OR MIT", True),
        ("License-Expression", "(MIT OR Apache-2.0) AND MPL-2.0", True),
        ("License-Expression", "GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("License-Expression", "LGPL-3.0-only", True),
        ("License-Expression", "BUSL-1.1", False),
        ("Classifier", "License :: OSI Approved :: GNU General Public License v3 (GPLv3)", False),
        ("Classifier", "License :: OSI Approved :: GNU Affero General Public License v3", False),
        ("Classifier", "License :: Other/Proprietary License", False),
        ("Classifier", "License :: OSI Approved :: MIT License", True),
        ("Classifier", "License :: OSI Approved", False),
        ("License", "GPL", False),
        ("License", "", False),
        ("License", "UNKNOWN", False),
        ("License", "BSD-3-Clause", True),
        ("License", "GPLv2 or later", False),
    ],
)
def test_what_a_package_states_is_read_as_a_lawyer_would(
    fact: str, value: str, expected: bool
) -> None:
    stated = Message()
    stated[fact] = value
    assert is_allowed(stated) is expected


def test_one_of_several_classifiers_suffices() -> None:
    stated = Message()
    stated["Classifier"] = "License :: OSI Approved :: GNU General Public License v2 (GPLv2)"
    assert not is_allowed(stated)
    stated["Classifier"] = "License :: OSI Approved :: Mozilla Public License 1.1 (MPL 1.1)"
    assert is_allowed(stated)
