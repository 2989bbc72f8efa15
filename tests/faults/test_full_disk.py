"""A disk that is full, or a folder that cannot be written: nothing is done, and nothing half."""

from __future__ import annotations

import io
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import event, func, select

from app.escrow import audit, ledger
from app.escrow.models import Payment, Transfer
from app.extensions import db
from app.kernel.events import Event, StreamHead, verify_stream
from app.talk.models import File, Message
from tests.demo_board import DATABASE, Demo

BIG = "Nothing fits any more. " * 4000
TABLES = (Event, Transfer, Payment, Message, File)


def standing(demo: Demo) -> list[int]:
    """How much there is of everything that acts leave; the books and chains must be whole."""
    with demo.reading() as session:
        wrong = [*ledger.verify(session), *audit.audit(session)]
        for stream in session.scalars(select(StreamHead.stream)):
            wrong += verify_stream(session, stream)
        assert wrong == []
        return [session.scalar(select(func.count()).select_from(one)) or 0 for one in TABLES]


@pytest.fixture
def full(own_demo: Demo) -> Iterator[Demo]:
    """A board on SQLite whose database cannot grow, as on a full disk."""
    if not own_demo.url.startswith("sqlite"):
        pytest.skip("PostgreSQL's disk is the server's; its errors reach us as any other")
    with own_demo.app.app_context():
        engine = db.engine

    def nearly_full(connection: sqlite3.Connection, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()

    engine.dispose()
    event.listen(engine, "connect", nearly_full)
    yield own_demo
    event.remove(engine, "connect", nearly_full)
    engine.dispose()


def test_a_full_disk_answers_503_and_nothing_is_half_done(full: Demo) -> None:
    ana, before = full.browser("ana"), standing(full)
    message = ana.post(f"/workrooms/{full.room()}/messages", data={"body": BIG[:90_000]})
    assert message.status_code in (422, 503), message.status
    statuses = []
    for _ in range(40):  # small acts still fit, until one does not
        answer = ana.post(f"/workrooms/{full.room()}/messages", data={"body": BIG[:15_000]})
        statuses.append(answer.status_code)
    assert statuses[-1] == 503
    assert "nothing was half done" in answer.text
    assert answer.headers["Retry-After"]
    done = statuses.count(303)
    after = standing(full)
    assert after[TABLES.index(Message)] == before[TABLES.index(Message)] + done
    assert ana.get(f"/workrooms/{full.room()}").status_code == 200


def test_money_on_a_full_disk_moves_wholly_or_not_at_all(full: Demo) -> None:
    ana = full.browser("ana")
    while True:  # until the last page of the file is taken
        answer = ana.post(f"/workrooms/{full.room()}/messages", data={"body": BIG[:3000]})
        if answer.status_code != 303:
            break
    before = standing(full)
    paths = {
        f"/milestones/{full.milestone(1, DATABASE)}/funding": {"method": "test"},
        f"/submissions/{full.submission()}/approval": {},
    }
    for path, fields in paths.items():
        status = ana.post(path, data=fields).status_code
        assert status in (303, 503), (path, status)
        after = standing(full)
        if status == 503:
            assert after == before, path
        before = after


def test_a_board_whose_disk_has_room_again_goes_on(full: Demo) -> None:
    ana = full.browser("ana")
    path, form = f"/workrooms/{full.room()}/messages", {"body": BIG[:15_000], "once": "again"}
    for number in range(60):
        form["once"] = f"again-{number}"
        if ana.post(path, data=form).status_code == 503:
            break
    before = standing(full)
    with full.app.app_context(), closing(db.engine.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA max_page_count = 1000000").fetchall()
    assert ana.post(path, data=form).status_code == 303  # the very same form
    assert standing(full)[TABLES.index(Message)] == before[TABLES.index(Message)] + 1


def test_a_database_that_cannot_be_written_answers_503(own_demo: Demo) -> None:
    with own_demo.app.app_context():
        engine = db.engine

    def only_read(connection: Any, _record: Any) -> None:
        if engine.dialect.name == "sqlite":
            connection.execute("PRAGMA query_only = ON").close()
        else:
            connection.execute("SET default_transaction_read_only = on")
            connection.commit()

    ana, before = own_demo.browser("ana"), standing(own_demo)
    engine.dispose()
    event.listen(engine, "connect", only_read)
    answer = ana.post(f"/workrooms/{own_demo.room()}/messages", data={"body": "Hello"})
    read = ana.get(f"/workrooms/{own_demo.room()}")
    event.remove(engine, "connect", only_read)
    engine.dispose()
    assert answer.status_code == 503, answer.status
    assert "nothing was half done" in answer.text
    assert read.status_code == 200
    assert standing(own_demo) == before
    again = ana.post(f"/workrooms/{own_demo.room()}/messages", data={"body": "Hello"})
    assert again.status_code == 303


def test_a_file_that_does_not_fit_is_a_plain_error(own_demo: Demo) -> None:
    """The folder of the files is gone, or a file stands in its place (root may write anywhere)."""
    files = own_demo.settings.files_dir
    kept = files.with_name("files-kept")
    shutil.move(files, kept)
    files.write_text("in the way")
    ana, before = own_demo.browser("ana"), standing(own_demo)
    own_demo.app.config["PROPAGATE_EXCEPTIONS"] = False
    path = f"/workrooms/{own_demo.room()}/messages"
    upload = {"body": "See", "files": (io.BytesIO(b"x" * 100_000), "x.bin")}
    answer = ana.post(path, data=upload, content_type="multipart/form-data")
    assert answer.status_code in (500, 503), answer.status
    assert "Traceback" not in answer.text and str(files) not in answer.text
    assert standing(own_demo) == before
    files.unlink()
    shutil.move(kept, files)
    assert ana.post(path, data={"body": "Without"}).status_code == 303
