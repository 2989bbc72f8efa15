"""Parts of the machine that some tests need: without them a test is skipped, in CI it fails."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def need(present: bool, what: str) -> None:
    """Skip where `what` is missing; fail where CI says that nothing may be missing."""
    if present:
        return
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"{what} is not on this machine, and CI may not skip", pytrace=False)
    pytest.skip(f"{what} is not on this machine")


def chromium() -> str:
    """The system's Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), "")
    need(bool(found), "Chromium")
    return found
