"""The measured process: a board (or bare Flask) behind waitress, pinned to one core.

python -m benchmarks.server PORT CORE bare
python -m benchmarks.server PORT CORE board DATA_DIR
"""

from __future__ import annotations

import os
import sys

import waitress
from flask import Flask


def bare() -> Flask:
    """The least that Flask can do: one route, one sentence."""
    app = Flask("bare")

    @app.get("/")
    def hello() -> str:
        return "Hello"

    return app


def board(data_dir: str) -> Flask:
    """A filled board, without chores."""
    os.environ |= {"MILEPOST_DATA_DIR": data_dir, "MILEPOST_SCHEDULER": "off"}
    from app.factory import create_app
    from app.settings import Settings

    return create_app(Settings.load(demo=True))


if __name__ == "__main__":
    port, core, kind, *rest = sys.argv[1:]
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(core)})
    waitress.serve(
        bare() if kind == "bare" else board(*rest), host="127.0.0.1", port=int(port), threads=8
    )
