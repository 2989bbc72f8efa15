"""Pages of the word “people”: signing in, joining, settings, profiles."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("people", __name__)

from app.blueprints.people import (  # noqa: E402, F401  (routes hang themselves on the blueprint)
    health,
    joining,
    password,
    profiles,
    proving,
    settings,
    setup,
    sign_in,
    sign_in_links,
)
