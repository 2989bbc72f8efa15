"""Pages of the word “escrow”."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("escrow", __name__)
