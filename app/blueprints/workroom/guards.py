"""Every page of a workroom begins here: strangers meet 404."""

from __future__ import annotations

from app.blueprints.guards import the_viewer
from app.engagement import seats
from app.engagement.seats import Seated
from app.extensions import db


def seated(engagement_id: str) -> Seated:
    """The viewer in their seat of this workroom. Raises NotFound for strangers."""
    return seats.load(db.session(), the_viewer().id, engagement_id)
