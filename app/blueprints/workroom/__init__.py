"""Pages of the word “workroom”."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("workroom", __name__)
