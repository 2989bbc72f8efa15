"""Pages of the word “talk”."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("talk", __name__)

from app.blueprints.talk import (  # noqa: E402, F401  (routes hang themselves on the blueprint)
    files,
    proposal_messages,
    room_files,
    room_messages,
)
