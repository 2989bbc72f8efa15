"""Setting up the board, joining it, and the roles of people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.kernel.errors import Invalid, Refused
from app.kernel.events import Event
from app.people import accounts, board, joining, reads
from app.people.models import Board, Joining
from tests.people import NOON, alice, bob, olga, someone


def join(session: Any, found: Joining | None, email: str = "dana@example.org", **more: Any) -> Any:
    facts: dict[str, Any] = {
        "name": "Dana", "email": email, "password_hash": None, "zone": "UTC", "hires": True,
        "works": False, "at": NOON,
    }  # fmt: skip
    return accounts.join(session, found, **facts | more)


def test_the_board_is_set_up_once(session: Any) -> None:
    person = olga(session)
    assert person.is_operator and person.hires
    with pytest.raises(Refused, match=r"board.exists"):
        accounts.set_up(
            session, board_name="Second", name="Eve", email="eve@example.org",
            password_hash=None, zone="UTC", currency="USD", at=NOON,
        )  # fmt: skip


def test_an_address_is_found_without_regard_to_case(session: Any) -> None:
    person = alice(session)
    assert accounts.by_email(session, "  ALICE@Example.ORG ") is person


def test_an_invitation_works_once(session: Any) -> None:
    found, token = joining.invite(session, "dana@example.org", by=olga(session), at=NOON)
    assert joining.by_token(session, token) is found
    dana = join(session, found)
    assert found.person_id == dana.id
    with pytest.raises(Refused, match=r"joining.used"):
        join(session, found, "second@example.org")


def test_an_invitation_ends_after_thirty_days(session: Any) -> None:
    found, _token = joining.invite(session, "dana@example.org", by=olga(session), at=NOON)
    with pytest.raises(Refused, match=r"joining.expired"):
        join(session, found, at=NOON + timedelta(days=30))


def test_only_a_digest_of_an_invitations_token_is_kept(session: Any) -> None:
    found, token = joining.invite(session, "dana@example.org", by=olga(session), at=NOON)
    assert token not in str(vars(found))


def test_an_operator_finds_the_link_of_an_invitation_again(session: Any) -> None:
    found, token = joining.invite(
        session, "dana@example.org", by=olga(session), at=NOON, secret_key="key"
    )
    assert joining.token_of("key", found.id) == token
    assert joining.token_of("another", found.id) != token


def test_nobody_joins_twice_or_is_invited_when_here(session: Any) -> None:
    alice(session)
    with pytest.raises(Invalid, match=r"account.exists"):
        joining.invite(session, "Alice@example.org", by=olga(session), at=NOON)
    found, _token = joining.invite(session, "dana@example.org", by=olga(session), at=NOON)
    with pytest.raises(Invalid, match=r"account.exists"):
        join(session, found, "alice@example.org")


def test_only_an_open_board_is_joined_without_an_invitation(session: Any) -> None:
    operator = olga(session)
    with pytest.raises(Refused, match=r"joining.needed"):
        join(session, None)
    row = session.get_one(Board, 1)
    board.describe(
        session, name=row.name, zone=row.zone, currency="EUR", contact_email="", bank_account="",
        open_joining=True, privacy="", conditions="", by=operator, at=NOON,
    )  # fmt: skip
    assert join(session, None).currency == "EUR"


def test_every_invitation_of_an_address_to_a_job_is_found(session: Any) -> None:
    first, _ = joining.invite(session, "d@example.org", by=olga(session), at=NOON, job_id="one")
    second, _ = joining.invite(session, "D@example.org", by=olga(session), at=NOON)
    joining.invite(session, "other@example.org", by=olga(session), at=NOON, job_id="two")
    assert [one.id for one in joining.to_jobs(session, second)] == [first.id]


def test_joining_is_kept_in_the_history(session: Any) -> None:
    person = bob(session)
    kinds = session.scalars(select(Event.kind).where(Event.subject_id == person.id)).all()
    assert kinds == ["person.joined"]


def test_the_last_operator_stays_operator(session: Any) -> None:
    operator, person = olga(session), alice(session)
    with pytest.raises(Refused, match=r"operator.last"):
        accounts.set_powers(
            session, operator, operator=False, bookkeeper=True, by=operator, at=NOON
        )
    accounts.set_powers(session, person, operator=True, bookkeeper=False, by=operator, at=NOON)
    accounts.set_powers(session, operator, operator=False, bookkeeper=False, by=person, at=NOON)
    assert not operator.is_operator


def test_freelancers_are_found_by_all_words_without_marks(session: Any) -> None:
    person = someone(session, "Zoë Núñez", hires=False)
    accounts.describe(
        session, person, name="Zoë Núñez", headline="Brand & type", about="", skills="Logo, Type",
        hires=False, works=True, zone="UTC", currency="USD", locale="en", report_weekday=0,
    )  # fmt: skip
    bob(session)
    alice(session)
    assert [row.id for row in reads.freelancers(session, "NUNEZ logo")] == [person.id]
    assert reads.freelancers(session, "nunez welding") == []
    assert reads.freelancers(session, "100%") == []


def test_lists_go_on_after_the_last_name(session: Any) -> None:
    for name in ("Ada", "Ben", "Cleo"):
        someone(session, name)
    first = reads.freelancers(session, limit=2)
    rest = reads.freelancers(session, after=(first[-1].name, first[-1].id))
    assert [row.name for row in first + rest] == ["Ada", "Ben", "Cleo"]


def test_the_board_lists_who_has_not_come_yet(session: Any) -> None:
    operator = olga(session)
    alice(session)
    joining.invite(session, "dana@example.org", by=operator, at=NOON)
    joining.invite(session, "dana@example.org", by=operator, at=NOON + timedelta(hours=1))
    rows = reads.invited(session, NOON + timedelta(days=1))
    assert [row.email for row in rows] == ["dana@example.org"]
    assert reads.invited(session, NOON + timedelta(days=40)) == []


UNSEEN = "\u200b\u202e \u3164\u200d"
"""What nobody sees; every character of it may be typed."""


def test_names_and_addresses_are_kept_without_what_nobody_sees(session: Any) -> None:
    olga(session)
    found, _token = joining.invite(session, "dana\u200b@example.org", by=olga(session), at=NOON)
    assert found.email == "dana@example.org"
    dana = join(session, found, "\ufeffDana@exam\u00adple.org", name="Da\u202ena\n Ruiz")
    assert (dana.name, dana.email) == ("Dana Ruiz", "Dana@example.org")
    _describe(session, dana, "د\u202eانا", headline="Logos\u2028and print\u2066")
    assert (dana.name, dana.headline) == ("دانا", "Logos and print")
    board.set_account(session, "USD", "Acme\u200b Ltd\n\u202e12 34", by=olga(session), at=NOON)
    assert board.account_for(session, "USD") == "Acme Ltd\n12 34"
    board.set_account(session, "USD", UNSEEN, by=olga(session), at=NOON)
    assert board.accounts(session) == {}


@pytest.mark.parametrize("between", ["\u200b", "\u200d", "\u00ad", "\ufe0f", "\u3164"])
def test_nobody_joins_with_an_address_that_looks_like_anothers(session: Any, between: str) -> None:
    alice(session)
    seen = f"ali{between}ce@example.org"
    assert accounts.by_email(session, seen) is alice(session)
    with pytest.raises(Invalid, match=r"account\.exists"):
        joining.invite(session, seen, by=olga(session), at=NOON)
    found, _token = joining.invite(session, "dana@example.org", by=olga(session), at=NOON)
    with pytest.raises(Invalid, match=r"account\.exists"):
        join(session, found, seen)


def test_a_name_that_nobody_sees_is_no_name(session: Any) -> None:
    with pytest.raises(Invalid, match=r"board\.no_name"):
        _set_up(session, board_name=UNSEEN)
    with pytest.raises(Invalid, match=r"person\.no_name"):
        _set_up(session, name=UNSEEN)
    with pytest.raises(Invalid, match=r"person\.no_email"):
        _set_up(session, email=UNSEEN)
    found, _token = joining.invite(session, "dana@example.org", by=olga(session), at=NOON)
    with pytest.raises(Invalid, match=r"person\.no_name"):
        join(session, found, name=UNSEEN)
    with pytest.raises(Invalid, match=r"person\.no_name"):
        _describe(session, olga(session), UNSEEN)
    assert olga(session).name == "Olga Brandt"


def _set_up(session: Any, **other: str) -> None:
    facts: dict[str, Any] = {
        "board_name": "Acme", "name": "Olga", "email": "o@example.org", "password_hash": None,
        "zone": "UTC", "currency": "USD", "at": NOON,
    }  # fmt: skip
    accounts.set_up(session, **facts | other)


def _describe(session: Any, person: Any, name: str, headline: str = "") -> None:
    accounts.describe(
        session, person, name=name, headline=headline, about="", skills="", hires=True,
        works=True, zone="UTC", currency="USD", locale="en", report_weekday=4,
    )  # fmt: skip
