"""Passwords, sign-ins, and guessing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.kernel.errors import Invalid, NotFound, Refused
from app.people import passwords, reads, sign_in, throttle, tokens
from app.people.models import SignIn, Throttle
from tests.people import NOON, alice, bob

HERE = "192.0.2.7"
ADDRESS = "a@example.org"


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
    assert reads.viewer(session, token, NOON + sign_in.UNUSED) is None
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


def guess(
    session: Any, times: int, account: str = ADDRESS, where: str = HERE, at: datetime = NOON
) -> None:
    for _ in range(times):
        throttle.count(session, throttle.guesses(account, where), at)


def is_refused(session: Any, account: str = ADDRESS, where: str = HERE, at: datetime = NOON) -> str:
    """The code that a try is refused with, if it is; it counts if it is not."""
    try:
        guess(session, 1, account, where, at)
    except Refused as refusal:
        return refusal.code
    return ""


def test_an_account_takes_ten_failures_of_a_network_in_a_quarter_of_an_hour(session: Any) -> None:
    guess(session, 10)
    with pytest.raises(Refused, match=r"sign_in.throttled") as refusal:
        guess(session, 1, "A@Example.org ", HERE, NOON + timedelta(minutes=5))
    assert refusal.value.facts["minutes"] == 10
    guess(session, 1, ADDRESS, HERE, NOON + throttle.WINDOW)


def test_a_stranger_who_guesses_elsewhere_does_not_lock_the_owner_out(session: Any) -> None:
    guess(session, 10)
    assert is_refused(session, where=HERE) and not is_refused(session, where="198.51.100.1")


def test_nor_does_a_colleague_of_the_same_network(session: Any) -> None:
    guess(session, 10)
    assert is_refused(session, ADDRESS) and not is_refused(session, "b@example.org")


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("192.0.2.7", "192.0.2.8", False),
        ("192.0.2.7", "::ffff:192.0.2.7", True),
        ("::ffff:192.0.2.7", "::ffff:c000:207", True),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:0DB8:0001:0002::9%eth0", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("localhost", "localhost", True),
    ],
)
def test_a_network_is_an_ipv4_address_or_half_an_ipv6_one(
    session: Any, first: str, second: str, is_one: bool
) -> None:
    guess(session, 10, where=first)
    assert bool(is_refused(session, where=second)) is is_one


def test_a_network_takes_sixty_failures_over_all_accounts(session: Any) -> None:
    for number in range(60):
        guess(session, 1, f"{number}@example.org")
    assert is_refused(session, "new@example.org") == "sign_in.throttled"
    assert not is_refused(session, "new@example.org", "198.51.100.1")


def guess_from_everywhere(session: Any, times: int, at: datetime = NOON) -> None:
    for number in range(times):
        guess(session, 1, where=f"198.51.100.{number}", at=at)


def test_a_hundred_failures_in_a_day_leave_the_mailed_link(session: Any) -> None:
    guess_from_everywhere(session, 100)
    assert is_refused(session, where="203.0.113.1") == "sign_in.by_link_only"
    still = NOON + timedelta(hours=23, minutes=59)
    assert is_refused(session, where="203.0.113.1", at=still) == "sign_in.by_link_only"
    throttle.count(session, throttle.links(ADDRESS, "203.0.113.1"), NOON)
    assert not is_refused(session, where="203.0.113.1", at=NOON + timedelta(days=1))


def test_the_last_failure_of_a_day_is_told_once(session: Any) -> None:
    told = [
        throttle.count(session, throttle.guesses(ADDRESS, f"198.51.100.{number}"), NOON)
        for number in range(100)
    ]
    assert told == [False] * 99 + [True]


def test_a_browser_that_signed_in_before_has_a_counter_of_its_own(session: Any) -> None:
    guess_from_everywhere(session, 100)
    guess(session, 0)
    own = throttle.guesses(ADDRESS, HERE, "the browser's id")
    for _ in range(10):
        throttle.count(session, own, NOON)
    with pytest.raises(Refused, match=r"sign_in.throttled"):
        throttle.count(session, own, NOON)
    throttle.count(session, throttle.guesses(ADDRESS, HERE, "another"), NOON)
    throttle.count(session, throttle.guesses("b@example.org", HERE, "the browser's id"), NOON)


def test_a_right_password_takes_its_own_try_back(session: Any) -> None:
    guess(session, 10)
    throttle.take_back(session, throttle.guesses(ADDRESS, HERE))
    guess(session, 10)
    for number in range(4):
        guess(session, 10, f"{number}@example.org")
    throttle.take_back(session, throttle.guesses("0@example.org", HERE))
    guess(session, 2, "new@example.org")  # 60 of the network are wrong, of 62
    assert is_refused(session, "new@example.org")


def test_a_link_is_mailed_ten_times_in_a_quarter_of_an_hour_from_wherever(session: Any) -> None:
    for number in range(10):
        throttle.count(session, throttle.links(ADDRESS, f"198.51.100.{number}"), NOON)
    with pytest.raises(Refused, match=r"sign_in.throttled"):
        throttle.count(session, throttle.links(ADDRESS, HERE), NOON)


def test_a_clock_that_was_set_back_locks_nobody_out_for_long(session: Any) -> None:
    guess(session, 10)
    guess_from_everywhere(session, 90)
    assert not is_refused(session, at=NOON - timedelta(days=3))


def test_of_guesses_at_once_the_order_does_not_matter(session: Any) -> None:
    for number in range(10):
        guess(session, 1, at=NOON - timedelta(milliseconds=number))
    assert is_refused(session, at=NOON - timedelta(seconds=1)) == "sign_in.throttled"


def test_old_counters_are_forgotten_and_those_of_a_wrong_clock(session: Any) -> None:
    guess(session, 1)
    throttle.forget(session, at=NOON + timedelta(hours=23))
    assert session.scalar(select(func.count()).select_from(Throttle)) == 3
    throttle.forget(session, at=NOON + timedelta(days=1))
    assert session.scalar(select(func.count()).select_from(Throttle)) == 0
    guess(session, 1, at=NOON + timedelta(days=900))
    throttle.forget(session, at=NOON)
    assert session.scalar(select(func.count()).select_from(Throttle)) == 0


# What a sign-in lasts


def uses(session: Any, token: str, *days: float) -> None:
    for day in days:
        at = NOON + timedelta(days=day)
        assert reads.viewer(session, token, at), f"it was over on day {day}"
        sign_in.note_use(session, token, at=at)


def test_a_sign_in_ends_after_fourteen_days_without_use(session: Any) -> None:
    token = sign_in.begin(session, alice(session), at=NOON)
    uses(session, token, 13.9, 27.8)
    assert reads.viewer(session, token, NOON + timedelta(days=41.7))
    assert not reads.viewer(session, token, NOON + timedelta(days=41.8))


def test_a_sign_in_ends_after_ninety_days_in_any_case(session: Any) -> None:
    token = sign_in.begin(session, alice(session), at=NOON)
    uses(session, token, *range(5, 90, 5), 89.9)
    assert not reads.viewer(session, token, NOON + timedelta(days=90))


def test_a_use_is_noted_at_most_once_a_day(session: Any) -> None:
    person = alice(session)
    token = sign_in.begin(session, person, at=NOON)
    seen = []
    for hours in (1, 23, 24, 25, 47, 48):
        uses(session, token, hours / 24)
        (row,) = reads.sign_ins(session, person.id, NOON)
        seen.append((row.used_at - NOON) / timedelta(hours=1))
    assert seen == [0, 0, 24, 24, 24, 48]


def test_a_use_of_a_clock_that_was_wrong_does_not_last(session: Any) -> None:
    token = sign_in.begin(session, alice(session), at=NOON)
    uses(session, token, 13)
    uses(session, token, 1)
    assert not reads.viewer(session, token, NOON + timedelta(days=15))


def test_a_sign_in_that_ended_is_not_used_again(session: Any) -> None:
    ended, late = (sign_in.begin(session, alice(session), at=NOON) for _ in range(2))
    sign_in.end(session, ended, at=NOON)
    for token in (ended, late, "unknown"):
        sign_in.note_use(session, token, at=NOON + timedelta(days=14))
        assert not reads.viewer(session, token, NOON + timedelta(days=14))


# Passwords that are guessed first


def refusal_of(text: str, board: str = "Acme board") -> str:
    try:
        passwords.check(text, name="Zoë Ruiz-Okafor", email="zoe.r@mail.example", board=board)
    except Invalid as refusal:
        assert refusal.field == "password"
        return refusal.code
    return ""


@pytest.mark.parametrize(
    "text",
    [
        "password", "Password1", "PASSWORD", " password ", "ｐａｓｓｗｏｒｄ", "pass\u00adword",
        "1234567890", "qwertyuiop", "iloveyou", "trustno1", "1qaz2wsx", "baseball", "Sunshine",
        "aaaaaaaa", "11111111", "football1", "chevrolet", "pássword",
    ],
)  # fmt: skip
def test_the_most_common_passwords_are_refused_however_they_are_written(text: str) -> None:
    assert refusal_of(text) == "password.common"


@pytest.mark.parametrize(
    "text",
    [
        "zoeruizokafor", "Zoë Ruiz-Okafor", "okafor2026", "ruizruiz", "ZoeZoe99", "zoe.r@mail",
        "zoe.r@mail.example", "ZOE.R@MAIL.EXAMPLE!", "zoe.r12345", "acmeboard", "Acme Board 1!",
        "acme2026", "boardacmezoe1", "mail2026",
    ],
)  # fmt: skip
def test_what_a_stranger_knows_of_an_account_is_no_password(text: str) -> None:
    assert refusal_of(text) == "password.own_words"


@pytest.mark.parametrize(
    "text",
    [
        "correct horse battery", "zoe rides a red bicycle", "boardroom-kitten", "llllllll-kite",
        "ünïcödé wörds", "🙂🙂🙂🙂🙂🙂🙂🙂", "acmeic acid test",
    ],
)  # fmt: skip
def test_other_passwords_are_taken_without_rules_about_signs(text: str) -> None:
    assert refusal_of(text) == ""


def test_before_a_board_has_a_name_its_name_forbids_nothing() -> None:
    assert refusal_of("two kites fly", board="") == ""


def test_no_password_of_the_list_stays_in_memory() -> None:
    assert refusal_of("password") and not any(
        isinstance(value, bytes | set | frozenset) for value in vars(passwords).values()
    )
