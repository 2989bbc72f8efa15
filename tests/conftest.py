"""What every test may ask for. `--database=sqlite|postgresql` chooses what the boards stand on.

    session       a domain test's session, its write transaction begun (no Flask)
    story         `with story() as session:` what happened before a web test; commits
    app, client   a board, and a browser without scripts (CSRF is off)
    signed_in     `signed_in(alice)`: such a browser with that person signed in
    live_server   a real server on a free port (CSRF is on); `.url`
    page          a Chromium page; fails the test on console errors, CSP, failed requests
    new_page      makes more of them: new_page(js=False, width=400, person=bob)
    smtp          a real SMTP server; `.url`, `.messages`

A test may ask for other settings: `@pytest.mark.settings(demo=False)`.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import apps, databases
from tests.parts import need

pytest_plugins = ["tests.browsing", "tests.outside"]
SHARED = "TEST_BOARDS_FOLDER"
"""The variable that tells the workers of one run where their shared folder is."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="what boards stand on",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "settings(**settings): other settings for this test's board")
    if hasattr(config, "workerinput"):
        return
    shared = Path(tempfile.mkdtemp(prefix="boards-", dir=databases.roomy_folder()))
    os.environ[SHARED] = str(shared)
    if config.getoption("--database") == "postgresql" and databases.postgres_programs():
        databases.start_postgres(shared)


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or SHARED not in os.environ:
        return
    shared = Path(os.environ.pop(SHARED))
    databases.stop_postgres(shared)
    shutil.rmtree(shared, ignore_errors=True)


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {config.getoption('--database')}"


@pytest.fixture(scope="session")
def boards(request: pytest.FixtureRequest) -> databases.Databases:
    """Where fresh databases come from."""
    shared = Path(os.environ[SHARED])
    if request.config.getoption("--database") == "sqlite":
        return databases.SQLiteDatabases(shared)
    need(bool(databases.postgres_programs()), "PostgreSQL")
    return databases.PostgresDatabases(shared)


@pytest.fixture
def database_url(boards: databases.Databases) -> Iterator[str]:
    """The URL of a migrated, empty database of this test's own."""
    with boards.fresh() as url:
        yield url


@pytest.fixture(scope="session")
def unchanged(boards: databases.Databases) -> Iterator[databases.Unchanged]:
    """The database of tests that ask for a session and nothing else, and commit nothing."""
    kept = databases.Unchanged(boards)
    yield kept
    kept.close()


@pytest.fixture
def session(request: pytest.FixtureRequest, unchanged: databases.Unchanged) -> Iterator[Any]:
    """A session whose write transaction has begun, as in a request that changes something."""
    from app.kernel.writing import begin_writing

    shared = "database_url" in request.fixturenames  # by an app, a story, another session
    url = request.getfixturevalue("database_url") if shared else ""
    with databases.opened(url) if shared else unchanged.opened() as session:
        begin_writing(session)
        yield session


@pytest.fixture
def story(database_url: str) -> Callable[[], AbstractContextManager[Any]]:
    """`with story() as session:` tells what happened before; committed at the end."""
    from app.kernel.writing import writing

    @contextmanager
    def told() -> Iterator[Any]:
        with databases.opened(database_url) as session, writing(session):
            yield session

    return told


@pytest.fixture
def settings(request: pytest.FixtureRequest, database_url: str) -> Any:
    """The settings of this test's board: test money, letters to a folder, no chores."""
    from app.settings import Settings

    folder = Path(os.environ[SHARED]) / f"data_{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()

    live = "live_server" in request.fixturenames
    port = databases.free_port() if live else 8000
    chosen: dict[str, Any] = {
        "data_dir": folder,
        "database_url": database_url,
        "secret_key": "only-for-tests-" + "k" * 32,
        "port": port,
        "url": f"http://127.0.0.1:{port}" if live else "http://localhost",
        "setup_code": "setup-code",
        "scheduler": False,
        "demo": True,
        "testing": not live,
    }
    if marker := request.node.get_closest_marker("settings"):
        chosen |= marker.kwargs
    return Settings(**chosen)


@pytest.fixture
def app(settings: Any) -> Iterator[Any]:
    """The board as Flask knows it."""
    with apps.lent(settings) as flask:
        yield flask


@pytest.fixture
def client(app: Any) -> Any:
    """A browser without scripts, on no network, with cookies of its own."""
    return app.test_client()


@pytest.fixture
def sign_in(story: Any) -> Callable[[Any], str]:
    """Make a sign-in for a person, and give the token that the browser's session holds."""

    def begin(person: Any) -> str:
        from app.kernel import clock
        from app.people.models import SignIn
        from app.people.tokens import digest

        token = secrets.token_hex(32)
        at = clock.now()
        with story() as session:
            session.add(
                SignIn(
                    digest=digest(token),
                    person_id=getattr(person, "id", person),
                    created_at=at,
                    expires_at=at + timedelta(days=30),
                )
            )
        return token

    return begin


@pytest.fixture
def signed_in(app: Any, sign_in: Callable[[Any], str]) -> Callable[[Any], Any]:
    """`signed_in(alice)` is a browser without scripts in which that person is signed in."""

    def begin(person: Any) -> Any:
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = sign_in(person)
            cookie["_fresh"] = True
        return client

    return begin


@pytest.fixture
def stripe() -> Iterator[Any]:
    """A stand-in for Stripe on a free port."""
    from tests.cards import standing_in

    with standing_in() as found:
        yield found
