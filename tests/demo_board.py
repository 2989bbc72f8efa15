"""The demo board, told once for a module of tests: its people, its ids, and browsers for them."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests import databases

SECRET = "only-for-tests-" + "k" * 32
LOGO, DATABASE, BROCHURE = "Logo design", "Access database", "Brochure"


class Demo:
    """A board with the demo's stories, as Flask knows it, and the words to ask it with."""

    def __init__(self, url: str, folder: Path) -> None:
        from app.factory import create_app
        from app.settings import Settings

        self.url, self.folder, self.prepared = url, folder, False
        self.settings = Settings(
            data_dir=folder, database_url=url, secret_key=SECRET, url="http://localhost",
            setup_code="setup-code", scheduler=False, demo=True, testing=True,
        )  # fmt: skip
        self.app = create_app(self.settings)

    @contextmanager
    def story(self) -> Iterator[Any]:
        """A session of its own that writes, and commits at the end."""
        from app.kernel.writing import writing

        with databases.opened(self.url) as session, writing(session):
            yield session

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """A session of its own that only looks."""
        with databases.opened(self.url) as session:
            yield session

    def one(self, statement: Any) -> Any:
        """The first value that a statement finds; there must be one."""
        with self.reading() as session:
            found = session.scalar(statement)
        assert found is not None, f"the demo has none of these: {statement}"
        return found

    def person(self, name: str) -> str:
        """The id of whoever has that first name."""
        from app.people.models import Person

        return str(self.one(select(Person.id).where(Person.email == f"{name}@example.org")))

    def joins(self, name: str) -> str:
        """A freelancer who is new, and a party to nothing; the person's id."""
        from app.kernel import clock
        from app.people import accounts, joining

        at, address = clock.now(), f"{name}@example.org"
        with self.story() as session:
            olga = accounts.by_email(session, "olga@example.org")
            assert olga is not None
            invitation, _token = joining.invite(session, address, by=olga, at=at)
            person = accounts.join(
                session, invitation, name=f"{name.title()} Newcomer", email=address,
                password_hash=None, zone="Europe/Berlin", hires=False, works=True, at=at,
            )  # fmt: skip
            return str(person.id)

    def sign_in(self, name: str) -> str:
        """The token of a new sign-in of that person, as a browser's cookie holds it."""
        from app.kernel import clock
        from app.people.models import SignIn
        from app.people.tokens import digest

        token, at = secrets.token_hex(32), clock.now()
        who = self.person(name)
        with self.story() as session:
            session.add(
                SignIn(
                    digest=digest(token), person_id=who, created_at=at,
                    expires_at=at + timedelta(days=30),
                )
            )  # fmt: skip
        return token

    def browser(self, name: str = "") -> Any:
        """A browser without scripts; with a name, that person is signed in."""
        client = self.app.test_client()
        if name:
            token = self.sign_in(name)
            with client.session_transaction() as cookie:
                cookie["_user_id"] = token
                cookie.permanent = True
        return client

    def room(self, title: str = LOGO) -> str:
        """The id of the workroom whose title begins so."""
        from app.engagement.models import Engagement

        return str(self.one(select(Engagement.id).where(Engagement.title.startswith(title))))

    def milestone(self, position: int, title: str = LOGO) -> str:
        """The id of a milestone, counted from 1."""
        from app.escrow.models import Milestone

        mine = Milestone.engagement_id == self.room(title)
        return str(self.one(select(Milestone.id).where(mine, Milestone.position == position)))

    def submission(self) -> str:
        """The submission in the logo's room that waits for Ana."""
        from app.escrow.models import Submission

        third = Submission.milestone_id == self.milestone(3)
        return str(self.one(select(Submission.id).where(third, Submission.state == "waiting")))

    def job(self, title: str = LOGO) -> str:
        """The id of the job whose title begins so."""
        from app.jobs.models import Job

        return str(self.one(select(Job.id).where(Job.title.startswith(title))))

    def proposal(self, name: str, title: str = LOGO) -> str:
        """The id of somebody's proposal to a job."""
        from app.jobs.models import Proposal

        mine = Proposal.job_id == self.job(title), Proposal.freelancer_id == self.person(name)
        return str(self.one(select(Proposal.id).where(*mine)))

    def revision(self, state: str = "proposed", title: str = LOGO) -> str:
        """The id of a revision of the terms in that state."""
        from app.terms.models import Revision

        mine = Revision.engagement_id == self.room(title), Revision.state == state
        return str(self.one(select(Revision.id).where(*mine)))

    def close(self) -> None:
        """Let go of the database."""
        from app.extensions import db

        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


def _tell(url: str, files: Path) -> None:
    from app.demo import stories
    from app.kernel import clock
    from app.kernel.writing import writing

    with databases.opened(url) as session, writing(session):
        stories.tell(session, at=clock.now(), files_dir=files)


@contextmanager
def told(boards: databases.Databases, folder: Path) -> Iterator[Demo]:
    """A demo board of one's own, gone afterwards. Its stories are told once a run, and copied."""
    files = Path(os.environ["TEST_BOARDS_FOLDER"]) / "demo_files"
    boards.keep("demo", lambda url: _tell(url, files))
    shutil.copytree(files, folder / "files")
    with boards.fresh("demo") as url:
        demo = Demo(url, folder)
        try:
            yield demo
        finally:
            demo.close()


@pytest.fixture(scope="module")
def demo(boards: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo board for a module of tests that only look, or are refused."""
    with told(boards, tmp_path_factory.mktemp("board") / "data") as found:
        yield found


@pytest.fixture
def own_demo(boards: databases.Databases, tmp_path: Path) -> Iterator[Demo]:
    """A demo board for a test that changes it."""
    with told(boards, tmp_path / "data") as found:
        yield found
