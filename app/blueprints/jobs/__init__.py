"""Pages of the word “jobs”."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("jobs", __name__)

from app.blueprints.jobs import (  # noqa: E402, F401  (routes hang themselves on the blueprint)
    comparing,
    editing,
    invitations,
    jobs,
    proposals,
    proposing,
)
