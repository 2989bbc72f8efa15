"""GET /health: whether the database, its migrations and the ledger's triggers are well."""

from __future__ import annotations

from flask import Response
from sqlalchemy.exc import DBAPIError

from app.adapters import schema
from app.adapters.schema import Shape
from app.blueprints.people import bp
from app.extensions import db


@bp.get("/health")
def health() -> Response:
    """200 and `well`, or 503 and what is not."""
    trouble = _trouble()
    answer = Response(f"{trouble or 'well'}\n", 503 if trouble else 200, mimetype="text/plain")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _trouble() -> str:
    try:
        if schema.shape(db.engine) is not Shape.CURRENT:
            return "the database is not of this version"
        if schema.missing_triggers(db.engine):
            return "guards of the ledger are missing"
    except DBAPIError:
        return "the database does not answer"
    return ""
