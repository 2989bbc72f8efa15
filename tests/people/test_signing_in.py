"""Passwords, sign-ins, and guessing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.kernel.errors import NotFound, Refused
from app.people import passwords, reads, sign_in, throttle, tokens
from app.people.models import SignIn
from tests.people import NOON, alice, bob

HERE = "192.0.2.7"


def test_passwords_are_kept_as_argon2id_of_19_mib() -> None:
    kept = passwords.hash("correct horse")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify(kept, "correct horse")
    assert not passwords.verify(kept, "correct horsE")


def test_nobody_has_no_password() -> None:
    assert not passwords.verify(None, "")
    assert not passwords.verify("not a hash", "anything")


def test_a_sign_in_shows_the_viewer_until_it_ends(session: Any) -> None:
    person = alice(session)
    token = sign_in.begin(session, person, at=NOON, agent="Firefox")
    seen = reads.viewer(session, token, NOON)
    assert seen and (seen.id, seen.name, seen.hires) == (person.id, person.name, True)
    assert reads.viewer(session, token + "x", NOON) is None
    assert reads.viewer(session, token, NOON + sign_in.LASTS) is None
    sign_in.end(session, token, at=NOON)
    assert reads.viewer(session, token, NOON) is None


def test_only_a_digest_of_a_sign_in_is_kept(session: Any) -> None:
    token = sign_in.begin(session, alice(session), at=NOON)
    assert session.get(SignIn, token) is None
    assert session.get(SignIn, tokens.digest(token)) is not None


def test_a_browser_is_signed_out_by_its_own_person_only(session: Any) -> None:
    person = alice(session)
    token = sign_in.begin(session, person, at=NOON)
    start = reads.sign_ins(session, person.id, NOON)[0].id
    for stranger, name in ((bob(session), start), (person, ""), (person, "%")):
        with pytest.raises(NotFound):
            sign_in.revoke(session, stranger, name, at=NOON)
    sign_in.revoke(session, person, start, at=NOON)
    assert reads.viewer(session, token, NOON) is None


def test_all_other_browsers_are_signed_out_at_once(session: Any) -> None:
    person = alice(session)
    mine, other = (sign_in.begin(session, person, at=NOON) for _ in range(2))
    sign_in.end_others(session, person, mine, at=NOON)
    assert reads.viewer(session, mine, NOON) and not reads.viewer(session, other, NOON)


def guess(session: Any, times: int, account: str = "a@example.org", where: str = HERE) -> None:
    for _ in range(times):
        throttle.check(session, account, where, NOON)
        throttle.fail(session, account, where, NOON)


def test_an_account_takes_ten_failures_in_a_quarter_of_an_hour(session: Any) -> None:
    guess(session, 10)
    with pytest.raises(Refused, match=r"sign_in.throttled") as refusal:
        throttle.check(session, "A@Example.org ", "198.51.100.1", NOON + timedelta(minutes=5))
    assert refusal.value.facts["minutes"] == 10
    throttle.check(session, "a@example.org", HERE, NOON + throttle.WINDOW)


def test_an_address_takes_sixty_failures_over_all_accounts(session: Any) -> None:
    for number in range(60):
        guess(session, 1, f"{number}@example.org")
    with pytest.raises(Refused, match=r"sign_in.throttled"):
        throttle.check(session, "new@example.org", HERE, NOON)
    throttle.check(session, "new@example.org", "198.51.100.1", NOON)


def test_a_right_password_clears_the_accounts_failures(session: Any) -> None:
    guess(session, 10)
    throttle.clear(session, "a@example.org", HERE)
    throttle.check(session, "a@example.org", HERE, NOON)


def test_a_clock_that_was_set_back_locks_nobody_out_for_long(session: Any) -> None:
    guess(session, 9)
    throttle.fail(session, "a@example.org", HERE, NOON - timedelta(days=3))
    throttle.check(session, "a@example.org", HERE, NOON - timedelta(days=3))


def test_old_counters_are_forgotten(session: Any) -> None:
    guess(session, 10)
    throttle.forget(session, at=NOON + timedelta(days=1))
    throttle.check(session, "a@example.org", HERE, NOON)
