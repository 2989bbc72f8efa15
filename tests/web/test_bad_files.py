"""Files nobody should send: empty, too large, and with names that lead elsewhere."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.http import parse_options_header

from tests.demo_board import Demo, demo
from tests.web import bad_forms
from tests.web.bad_input import FIRST_ROW, controls, filled, form_of, same, value_of

pytestmark = pytest.mark.any_database

__all__ = ["demo"]

LIMIT = 2_000
FORMS: tuple[tuple[str, str, str, dict[str, str], str], ...] = (
    ("ana", "/jobs/new", "/jobs/new", bad_forms.JOB, "description"),
    ("ana", "/jobs/{menu}/edit", "/jobs/{menu}/edit", bad_forms.JOB, "description"),
    ("ben", "/jobs/{poster}/proposals/new", "/jobs/{poster}/proposals/new",
     FIRST_ROW | {"letter": "Dear Ana"}, "m-1-title"),
    ("ben", "/proposals/{bens}/edit", "/proposals/{bens}/edit", {"letter": "Dear Ana"}, "letter"),
    ("ana", "/proposals/{meis}", "/proposals/{meis}/messages", {"body": "Hello & you"}, "body"),
    ("ana", "/workrooms/{room}/messages", "/workrooms/{room}/messages", {"body": "Hi"}, "body"),
    ("ana", "/workrooms/{room}/files", "/workrooms/{room}/files", {}, ""),
    ("iker", "/milestones/{to_submit}/submissions/new", "/milestones/{to_submit}/submissions",
     {"note": "Here.", "link": "https://example.org"}, "note"),
)  # fmt: skip
# a browser sends a quote in a name as %22
NAMES = (
    ("../../x", "x"), ("..\\..\\x.txt", "x.txt"), ("/etc/passwd", "passwd"), ("..", "file"),
    ("con.txt", "con.txt"), ("é" * 300 + ".pdf", "é" * 116 + ".pdf"),
    ("a\u202egpj.exe", "agpj.exe"),
    ("   ", "file"), ("a%22b'.txt", "ab'.txt"), ("a%0d%0ab.txt", "a%0d%0ab.txt"),
    ("a;filename=evil.exe", "a;filename=evil.exe"), ("<script>.html", "script.html"),
    ("x" * 300, "x" * 120), (".htaccess", "htaccess"), ("名前.pdf", "名前.pdf"),
)  # fmt: skip


@pytest.fixture(scope="module")
def told(demo: Demo) -> dict[str, str]:
    """The ids of a board that takes files of two kilobytes."""
    config = demo.app.config
    config["MILEPOST"] = replace(config["MILEPOST"], upload_limit=LIMIT)
    return bad_forms.prepare(demo)


def everything(folder: Path) -> set[Path]:
    """What is in a folder and around it."""
    return {path for path in folder.parent.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("who", "page", "action", "typed", "kept"), FORMS)
@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
@pytest.mark.parametrize(
    ("content", "said"), [(b"", "empty"), (b"x" * (LIMIT + 1), "larger")], ids=["empty", "large"]
)
def test_an_empty_file_or_a_byte_too_many_is_refused_beside_the_field_and_words_stay(
    demo: Demo,
    told: dict[str, str],
    who: str, page: str, action: str, typed: dict[str, str], kept: str,
    htmx: bool, content: bytes, said: str,
) -> None:  # fmt: skip
    browser, page, action = demo.browser(who), page.format(**told), action.format(**told)
    form = form_of(browser.get(page), action)
    assert form is not None and form["enctype"] == "multipart/form-data"
    data: dict[str, Any] = dict(filled(form)) | typed
    data["files"] = [(io.BytesIO(b"fine"), "fine.txt"), (io.BytesIO(content), "odd & one.txt")]
    answer = browser.post(action, data=data, headers={"HX-Request": "true"} if htmx else {})
    assert answer.status_code == 422
    shown = form_of(answer, action)
    assert shown is not None
    field = controls(shown, "files")[0]
    assert field["aria-invalid"] == "true"
    error = shown.find(id=str(field["aria-describedby"]).split()[-1])
    assert error is not None and said in error.get_text() and "odd & one.txt" in error.get_text()
    if kept:
        back = [value_of(one) or "" for one in controls(shown, kept)]
        assert any(same(typed[kept], one) for one in back), back


@pytest.mark.parametrize(("name", "kept"), NAMES, ids=[repr(name)[:24] for name, _ in NAMES])
def test_an_odd_name_is_made_safe_and_its_download_is_an_attachment(
    demo: Demo,
    told: dict[str, str],
    name: str,
    kept: str,
) -> None:
    from sqlalchemy import select

    from app.talk.models import File

    browser, path = demo.browser("ana"), f"/workrooms/{told['room']}/files"
    before = everything(demo.folder)
    sent = browser.post(path, data={"files": (io.BytesIO(name.encode()), name)})
    assert sent.status_code == 303
    with demo.reading() as session:
        file = session.scalars(select(File).where(File.name == kept)).first()
        assert file is not None, session.scalars(select(File.name)).all()
    answer = browser.get(f"/files/{file.id}")
    assert answer.status_code == 200
    header = answer.headers["Content-Disposition"]
    kind, options = parse_options_header(header)
    assert kind == "attachment" and options["filename"] == kept, header
    assert not set("\r\n\x00\u202e") & set(header)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    new = everything(demo.folder) - before
    assert all(demo.settings.files_dir in one.parents or "board" in str(one) for one in new), new
    assert all(name not in str(one) for one in new if len(name) > 2)


def test_a_file_without_a_name_is_no_file(demo: Demo, told: dict[str, str]) -> None:
    path = f"/workrooms/{told['room']}/files"
    answer = demo.browser("ana").post(path, data={"files": (io.BytesIO(b"x"), "")})
    assert answer.status_code == 422 and "Choose at least one file." in answer.text


def test_a_body_beyond_all_limits_is_413_in_words(demo: Demo, told: dict[str, str]) -> None:
    most = demo.app.config["MAX_CONTENT_LENGTH"]
    path = f"/workrooms/{told['room']}/messages"
    data = {"body": "Hello", "files": (io.BytesIO(b"x" * (most + 1)), "x.bin")}
    answer = demo.browser("ana").post(path, data=data)
    assert answer.status_code == 413
    assert "That is too large" in answer.text and "Nothing was kept" in answer.text


def test_more_files_than_one_form_takes_are_refused(demo: Demo, told: dict[str, str]) -> None:
    path = f"/workrooms/{told['room']}/messages"
    many = [(io.BytesIO(b"x"), f"{n}.txt") for n in range(21)]
    answer = demo.browser("ana").post(path, data={"body": "Hello", "files": many})
    assert answer.status_code == 422 and "20" in answer.text
    form = form_of(answer, path)
    assert form is not None and value_of(controls(form, "body")[0]) == "Hello"
