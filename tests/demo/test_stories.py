"""The demo board tells the two real tables, and its books are whole."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo import stories
from app.engagement.models import Engagement
from app.escrow import audit, ledger
from app.escrow.models import Milestone
from app.jobs.models import Proposal
from app.terms import reads

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def room(session: Session, title: str) -> Engagement:
    return session.scalars(select(Engagement).where(Engagement.title.startswith(title))).one()


def states(session: Session, title: str) -> list[str]:
    rows = select(Milestone.state).where(Milestone.engagement_id == room(session, title).id)
    return list(session.scalars(rows.order_by(Milestone.position)))


def test_the_stories_stand_where_the_guide_says(session: Session, tmp_path: Path) -> None:
    stories.tell(session, at=NOW, files_dir=tmp_path)
    assert states(session, "Logo") == ["released", "released", "submitted", "planned", "planned"]
    assert states(session, "Access") == ["planned"] * 4
    assert states(session, "Brochure") == ["released", "approved", "released"]
    assert reads.waiting(session, room(session, "Logo").id) is not None
    assert room(session, "Brochure").state == "finished"
    waiting = select(Proposal).where(Proposal.state == "submitted")
    assert len(session.scalars(waiting).all()) == 4


def test_the_demos_books_are_whole(session: Session, tmp_path: Path) -> None:
    stories.tell(session, at=NOW, files_dir=tmp_path)
    assert ledger.verify(session) == []
    assert audit.audit(session) == []


def test_the_stories_can_be_told_again_for_other_people(session: Session, tmp_path: Path) -> None:
    stories.tell(session, at=NOW, files_dir=tmp_path)
    stories.tell(session, at=NOW, files_dir=tmp_path, tag="+2")
    assert len(session.scalars(select(Engagement)).all()) == 6
