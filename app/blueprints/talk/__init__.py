"""Pages of the word “talk”."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("talk", __name__)
