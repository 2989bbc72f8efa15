"""Pages of the word “help”: the board explained in its own words, for whoever comes."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("help", __name__)

from app.blueprints.help import pages  # noqa: E402, F401  (routes hang themselves)
