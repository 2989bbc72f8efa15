"""Pages of the word “mail”: deciding by link, turning letters off, letters that failed."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("mail", __name__)

from app.blueprints.mail import (  # noqa: E402, F401  (routes hang themselves on the blueprint)
    board_letters,
    choices,
    links,
)
