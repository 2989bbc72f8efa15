"""A changed payout account waits for 48 hours; the first does not, and undoing ends the wait."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.kernel.errors import WrongState
from app.kernel.events import Event
from app.people import accounts, payout_accounts
from app.people.models import Person
from app.people.payout_accounts import LASTS, ending, ends_at, waits_until
from tests.people import NOON, bob
from tests.stories import later

A, B, C = (
    "Bob\nDE89 3704 0044 0532 0130 00",
    "Bob\nGB82 WEST 1234 5698 7654 32",
    "Bob, 000111222333",
)


@pytest.fixture
def person(session: Any) -> Person:
    return bob(session)


def sets(
    session: Any,
    person: Person,
    account: str,
    *,
    card: str = "",
    holder: str = "",
    hours: float = 0,
) -> str | None:
    """Set the account so many hours after NOON; the ISO time until when it waits."""
    at = NOON + timedelta(hours=hours)
    accounts.set_money(
        session, person, payout_account=account, payout_holder=holder, card_account=card,
        billing="", at=at,
    )  # fmt: skip
    until = ends_at(person, at)
    return until.isoformat() if until else None


def told(session: Any) -> list[dict[str, Any]]:
    kept = select(Event).where(Event.kind == "payout_account.changed").order_by(Event.id)
    return [event.told for event in session.scalars(kept)]


def after(hours: float) -> str:
    return (NOON + timedelta(hours=hours) + LASTS).isoformat()


def test_the_first_account_does_not_wait(session: Any, person: Person) -> None:
    assert sets(session, person, A) is None
    assert told(session)[-1]["how"] == "set" and told(session)[-1]["until"] is None


def test_a_changed_account_waits_for_48_hours_and_no_longer(session: Any, person: Person) -> None:
    sets(session, person, A)
    assert sets(session, person, B, hours=1) == after(1)
    almost = NOON + timedelta(hours=1) + LASTS - timedelta(seconds=1)
    assert waits_until(person, almost, by_card=False)
    assert waits_until(person, almost + timedelta(seconds=1), by_card=False) is None


def test_another_change_begins_the_wait_anew_and_never_shortens_it(
    session: Any, person: Person
) -> None:
    sets(session, person, A)
    sets(session, person, B)
    assert sets(session, person, C, hours=40) == after(40)
    assert sets(session, person, B, hours=41) == after(41), "B never stood without a wait"
    assert sets(session, person, B, hours=42) == after(41), "nothing changed"


def test_setting_the_former_account_again_ends_the_wait(session: Any, person: Person) -> None:
    sets(session, person, A)
    sets(session, person, B)
    sets(session, person, C, hours=1)
    assert sets(session, person, A.replace("\n", " "), hours=2) is None
    assert told(session)[-1]["how"] == "undone"
    assert sets(session, person, B, hours=3) == after(3), "and a new change waits anew"


def test_undo_sets_the_former_account_however_often_it_was_changed(
    session: Any, person: Person
) -> None:
    sets(session, person, A, card="acct_bob1234")
    sets(session, person, B, card="acct_evil999")
    sets(session, person, "", hours=1)
    payout_accounts.undo(session, person, at=NOON + timedelta(hours=2))
    assert (person.payout_account, person.card_account) == (A, "acct_bob1234")
    assert ends_at(person, NOON + timedelta(hours=2)) is None
    with pytest.raises(WrongState, match=r"payout_account\.nothing_to_undo"):
        payout_accounts.undo(session, person, at=NOON + timedelta(hours=3))


def test_a_removed_account_and_another_one_later_is_a_change(session: Any, person: Person) -> None:
    sets(session, person, A)
    sets(session, person, "", hours=1)
    assert told(session)[-1]["how"] == "removed"
    assert sets(session, person, B, hours=100) == after(100)
    assert sets(session, person, A, hours=101) is None


def test_after_the_wait_the_new_account_is_the_one_that_stands(
    session: Any, person: Person
) -> None:
    sets(session, person, A)
    sets(session, person, B)
    assert sets(session, person, C, hours=49) == after(49)
    assert sets(session, person, A, hours=50) == after(50), "A is history"
    assert sets(session, person, B, hours=51) is None


def test_a_first_stripe_account_beside_a_bank_account_sends_money_elsewhere_so_it_waits(
    session: Any, person: Person
) -> None:
    sets(session, person, A)
    sets(session, person, A, card="acct_new12345")
    assert waits_until(person, NOON, by_card=True)
    assert waits_until(person, NOON, by_card=False) is None, "the bank account is as it was"


def test_a_holders_name_completes_an_account_and_another_one_is_another_account(
    session: Any, person: Person
) -> None:
    sets(session, person, A)
    assert sets(session, person, A, holder="Robert Okafor", hours=1) is None
    assert len(told(session)) == 1
    assert sets(session, person, A, holder="Eve Thief", hours=2) == after(2)
    assert waits_until(person, NOON + timedelta(hours=2), by_card=False)
    payout_accounts.undo(session, person, at=NOON + timedelta(hours=3))
    assert person.payout_holder == "Robert Okafor"


def test_another_holder_waits_also_when_the_first_name_was_taken_away_before(
    session: Any, person: Person
) -> None:
    sets(session, person, A, holder="Robert Okafor")
    assert sets(session, person, A, hours=1) == after(1)
    assert told(session)[-1]["how"] == "changed"
    assert sets(session, person, A, holder="Eve Thief", hours=2) == after(2)
    sets(session, person, B, hours=3)
    assert sets(session, person, A, hours=4) == after(4), "that is not the former one"
    assert sets(session, person, A, holder="Robert Okafor", hours=5) is None


def test_a_clock_that_jumps_back_shortens_nothing(session: Any, person: Person) -> None:
    sets(session, person, A)
    assert sets(session, person, B, hours=24) == after(24)
    assert waits_until(person, NOON - timedelta(days=30), by_card=False)
    assert sets(session, person, C, hours=1) == after(24)


def test_blanks_are_no_change_and_saving_the_rest_tells_nobody(
    session: Any, person: Person
) -> None:
    sets(session, person, A)
    assert sets(session, person, A.replace(" ", "  ") + "\n", hours=1) is None
    assert len(told(session)) == 1


@pytest.mark.parametrize(
    ("account", "shown"),
    [
        (A, "3000"), (C, "2333"), ("Bob, sort code 12-34-56, account 12345678", "5678"),
        ("acct_1NvABCDwxyz", "wxyz"), ("pay me in cash", ""), ("12345", ""), ("1234 567", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_no_more_than_the_end_of_an_account_is_ever_shown(account: str, shown: str) -> None:
    assert ending(account) == shown


def test_the_history_never_holds_an_account(session: Any, person: Person) -> None:
    sets(session, person, A)
    sets(session, person, B, card="acct_1NvABCDwxyz", hours=1)
    kept = json.dumps(told(session))
    assert "3000" in kept and "wxyz" in kept
    assert "DE89" not in kept and "0532" not in kept and "1NvABCD" not in kept


def test_the_wait_counts_from_the_change_not_from_midnight(session: Any, person: Person) -> None:
    sets(session, person, A)
    sets(session, person, B, hours=0.5)
    until = waits_until(person, later(0), by_card=False)
    assert until == NOON + timedelta(hours=48.5)
