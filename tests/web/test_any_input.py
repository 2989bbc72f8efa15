"""Anything at all may be sent to any address: never a 500, no way out of the board, true books."""

from __future__ import annotations

import random
import traceback
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.datastructures import MultiDict

from tests.architecture import addresses
from tests.demo_board import Demo, demo
from tests.web import bad_forms
from tests.web.bad_input import LONG, controls, forms_of, value_of

__all__ = ["demo"]

SEED = 20261122
TIMES = 2
NASTY = (
    "", " ", "\x00", "a\x00b", LONG, "\u202egpj.exe", "\u200b", "👩‍👩‍👧‍👦", "\r\nSet-Cookie: a=b",
    "\r\n.\r\n",
    "<script>alert(1)</script>", "{{ 7*7 }}", "'; DROP TABLE persons; --", "%00", "%s%n", "\ud800",
    "-1", "0", "1", "9" * 40, "1e400", "NaN", "9999-12-31", "0001-01-01", "null", "[]", "{}",
    "true", "../../etc/passwd", "//evil.example", "https://evil.example", "\\\\evil", "\ufffe",
    "2027-W53", "0000-W00", "0123456789abc", "x" * 300, "é", "e\u0301", "\u2028",
)  # fmt: skip
RAW = (b"\xed\xa0\x80", b"\xff\xfe", b"%ED%A0%80", b"%ff%00", b"%", b"a=b&&=&;=%zz&once=%00")
_HEAD = b"--x\r\nContent-Disposition: form-data"
PARTS = (
    b"--x\r\n\r\n\xff",
    _HEAD + b"\r\n\r\nno name\r\n--x--\r\n",
    _HEAD + b'; filename="a"\r\n\r\nno name\r\n--x--\r\n',
    _HEAD + b'; name="files"; filename="a\x00b\xff"\r\n\r\nx\r\n--x--\r\n',
    _HEAD + b'; name="body"\r\nContent-Type: text/plain; charset=nonsense\r\n\r\nx\r\n--x--',
)
QUERIES = (
    "before", "page", "q", "next", "after", "from", "job", "for", "week", "revision", "reference",
    "search", "currency", "change", "code", "category", "skill", "least", "sort", "by", "words",
    "budget", "kind", "state", "milestone",
)  # fmt: skip
PEOPLE = ("ana", "ben", "olga", "")


class Anybody:
    """Somebody who sends anything, the same each time."""

    def __init__(self, demo: Demo, who: str) -> None:
        self.demo, self.who, self.found = demo, who, list[str]()
        self.chance = random.Random(f"{SEED} {who}")
        self.browser = demo.browser(who)
        self.seen = dict[str, list[tuple[str, str]]]()
        self.plausible = list(addresses.plausible(demo).items())

    def text(self) -> str:
        """Something that a field may hold; no client can send a lone surrogate as text."""
        return self.chance.choice(NASTY).replace("\ud800", "\ufffd")

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """Send it; whatever is a fault of the board is written down."""
        if not self.browser.get_cookie("milepost") and self.who:
            self.browser = self.demo.browser(self.who)
        try:
            answer = self.browser.open(path, method=method, **more)
        except Exception as trouble:
            shown = {name: str(value)[:200] for name, value in more.items()}
            where = traceback.extract_tb(trouble.__traceback__)[-1]
            at = f"{where.filename.rpartition('/')[2]}:{where.lineno}"
            self.found.append(f"{self.who} {method} {path[:60]!r} {at} {trouble!r:.200} {shown}")
            return None
        if answer.status_code >= 500:
            self.found.append(f"{self.who} {method} {path[:80]!r}: {answer.status}")
        place = urlsplit(
            answer.headers.get("Location", "") or answer.headers.get("HX-Redirect", "")
        )
        if place.netloc not in ("", "localhost") or place.path.startswith(("//", "/\\")):
            self.found.append(f"{self.who} {method} {path[:80]!r} leads to {place.geturl()}")
        return answer

    def look(self, paths: list[str]) -> None:
        """Open every page, and remember its forms."""
        for path in paths:
            answer = self.ask("GET", path)
            if answer is not None and answer.mimetype == "text/html":
                for form in forms_of(answer):
                    pairs = [(str(one["name"]), value_of(one) or "") for one in controls(form)]
                    self.seen.setdefault(str(form.get("action")), pairs)

    def fields(self, path: str) -> list[tuple[str, str]]:
        """A form as it stands, or what might be one, with some of it bent."""
        pairs = list(self.seen.get(path) or self.plausible)
        for _ in range(self.chance.randint(1, 3)):
            at = self.chance.randrange(len(pairs))
            name = pairs[at][0]
            match self.chance.randrange(6):
                case 0:
                    pairs.append((name, self.text()))
                case 1 if len(pairs) > 1:
                    del pairs[at]
                case 2:
                    pairs.append((self.text()[:60] or "x", self.text()))
                case _:
                    pairs[at] = (name, self.text())
        if self.chance.random() < 0.3:
            pairs.append(("once", self.text()))
        return pairs

    def post(self, path: str) -> None:
        """Send a bent form, as one kind of body or another."""
        pairs, headers = self.fields(path), {}
        if self.chance.random() < 0.3:
            headers["HX-Request"] = "true"
        match self.chance.randrange(8):
            case 0:
                raw = self.chance.choice(RAW)
                kind = "application/x-www-form-urlencoded"
                names = [name.encode() for name, _ in pairs if name.isascii()][:8]
                body = b"&".join(name + b"=" + raw for name in names)
                self.ask("POST", path, data=body, content_type=kind, headers=headers)
            case 1:
                self.ask("POST", path, json={"body": [1, {}]}, headers=headers)
            case 2:
                kind = "multipart/form-data; boundary=x"
                self.ask("POST", path, data=self.chance.choice(PARTS), content_type=kind)
            case 3:
                self.ask("POST", path, data=_parts(pairs, self.text()), headers=headers)
            case _:
                self.ask("POST", path, data=MultiDict(pairs), headers=headers)


def _parts(pairs: list[tuple[str, str]], name: str) -> MultiDict[str, Any]:
    import io

    data: MultiDict[str, Any] = MultiDict(pairs)
    data.add("files", (io.BytesIO(b"x"), name.replace("\x00", "") or "x"))
    return data


def _paths(demo: Demo, method: str) -> Iterator[str]:
    for rule in sorted(demo.app.url_map.iter_rules(), key=str):
        if not rule.arguments and method in (rule.methods or ()):
            yield str(rule)
    for address in addresses.every(demo):
        if address.method == method:
            yield address.path


def _bent(path: str, chance: random.Random) -> str:
    from urllib.parse import quote

    parts = path.split("/")
    at = [n for n, part in enumerate(parts) if len(part) == 13 or part == "not-a-token"]
    if at:
        nasty = ("\x00", "a\x00b", "x" * 3000, "é" * 50, "\u202e", "0123456789abc", "%", "..", "-1")
        parts[chance.choice(at)] = quote(chance.choice(nasty), safe="")
    return "/".join(parts)


def _books(demo: Demo) -> list[str]:
    from app.escrow import ledger
    from app.escrow.audit import audit

    with demo.reading() as session:
        return [*ledger.verify(session), *audit(session)]


def _letters(demo: Demo) -> list[str]:
    """The letters that could not be written, after every chore has been looked after."""
    from sqlalchemy import select

    from app.kernel import clock
    from app.mail.models import Letter
    from app.scheduler import clockwork

    for days in (0, 3):
        clockwork.tick(demo.app, clock.now() + timedelta(days=days))
    with demo.reading() as session:
        failed = select(Letter).where(Letter.state == "failed")
        return [f"{one.notice}: {one.key}" for one in session.scalars(failed)]


@pytest.fixture(scope="module")
def told(demo: Demo) -> Demo:
    """A board with a row of everything; the tests come in the order in which they change it."""
    addresses.prepare(demo)
    bad_forms.prepare(demo)
    return demo


def test_whatever_is_asked_for_the_board_answers_and_leads_nowhere_else(told: Demo) -> None:
    found = list[str]()
    for who in PEOPLE:
        one = Anybody(told, who)
        for path in _paths(told, "GET"):
            if path.endswith(".pdf") and who != "ana":
                continue  # drawing one takes its time
            asked = {name: one.text()[:2000] for name in one.chance.sample(QUERIES, 8)}
            headers = {"HX-Request": "true"} if one.chance.random() < 0.3 else {}
            there = path if one.chance.random() < 0.7 else _bent(path, one.chance)
            one.ask("GET", there, query_string=asked, headers=headers)
        found += one.found
    assert not found, "\n".join(found[:40])


@pytest.mark.parametrize(
    "where",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "/\t/evil.example",
     "javascript:alert(1)", "/ /evil", "%2F%2Fevil.example", "\x00", "/%0d%0aSet-Cookie:a=b", LONG],
)  # fmt: skip
def test_next_never_leads_away_from_the_board(told: Demo, where: str) -> None:
    from app.demo.stories import PASSWORD

    signed_in = told.browser("ana").get("/sign-in", query_string={"next": where})
    assert signed_in.status_code == 303
    data = {"email": "ana@example.org", "password": PASSWORD, "next": where}
    entered = told.browser().post("/sign-in", data=data)
    assert entered.status_code == 303
    for answer in (signed_in, entered):
        place = urlsplit(answer.headers["Location"])
        assert place.netloc == "" and place.path.startswith("/")
        assert not place.path.startswith(("//", "/\\"))
        assert "Set-Cookie: a=b" not in str(answer.headers)


def test_whatever_is_sent_the_board_answers_and_its_books_stay_true(
    told: Demo, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("app.people.throttle.ACCOUNT_LIMIT", 10**6)
    monkeypatch.setattr("app.people.throttle.ADDRESS_LIMIT", 10**6)
    monkeypatch.setattr("app.people.throttle.DAILY_LIMIT", 10**6)
    pages, forms, found = list(_paths(told, "GET")), list(_paths(told, "POST")), []
    before = _books(told)  # a refund that the arrangement made
    everybody = [Anybody(told, who) for who in PEOPLE]
    for one in everybody:
        one.look(pages)
    turns = [(one, path) for one in everybody for path in forms * TIMES]
    random.Random(SEED).shuffle(turns)
    for one, path in turns:
        one.post(path if one.chance.random() < 0.8 else _bent(path, one.chance))
    for one in everybody:
        found += one.found
    assert not found, "\n".join(found[:40])
    assert [one for one in _books(told) if one not in before] == []
    assert _letters(told) == [] and "failed" not in caplog.text
