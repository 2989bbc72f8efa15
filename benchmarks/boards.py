"""Filled boards to measure: the demo's stories once, and the same with a hundred times as much."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select

from app.adapters import schema
from app.demo import stories
from app.engagement.models import Engagement
from app.extensions import db
from app.factory import create_app
from app.kernel import clock
from app.kernel.writing import writing
from app.people import accounts, sign_in
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Filled:
    """A board that is ready to be measured as Ana sees it."""

    data_dir: Path
    cookie: str
    room: str


def fill(data_dir: Path, times: int) -> Filled:
    """Tell the stories `times` times on a new board; Ana's own come first."""
    app = create_app(
        Settings.load({"MILEPOST_DATA_DIR": str(data_dir), "MILEPOST_SCHEDULER": "off"}, demo=True)
    )
    files = app.config["MILEPOST"].files_dir
    with app.app_context():
        schema.upgrade(db.engine)
        for number in range(times):
            with writing(db.session()) as session:
                tag = f"+{number}" if number else ""
                stories.tell(session, at=clock.now(), files_dir=files, tag=tag)
        with writing(db.session()) as session:
            ana = accounts.by_email(session, "ana@example.org")
            assert ana is not None
            token = sign_in.begin(session, ana, at=clock.now(), agent="benchmark")
            room = session.scalars(
                select(Engagement.id).where(
                    Engagement.client_id == ana.id, Engagement.title.startswith("Logo")
                )
            ).one()
        db.session.remove()
        db.engine.dispose()
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    value = signer.dumps({"_user_id": token, "_fresh": True, "_permanent": True})
    return Filled(data_dir, f"{app.config['SESSION_COOKIE_NAME']}={value}", room)
