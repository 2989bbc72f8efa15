"""Access is stopped and restarted by an operator; what somebody is a party to stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.desk import reads as desk_reads
from app.escrow import accounts as books
from app.escrow import ledger
from app.escrow.disputes import ruling
from app.escrow.disputes.reads import of_board
from app.kernel.errors import Refused
from app.kernel.events import Event
from app.mail import notices
from app.mail.models import Letter
from app.people import access, accounts, board, joining, links, reads, sign_in
from app.people.models import Link, Person
from tests import disputes, rooms
from tests.mail.test_telling import packed, text_of
from tests.people import NOON, alice, bob, carol, olga
from tests.stories import later


def stops(session: Any, person: Person, *, reason: str = "") -> bool:
    return access.stop(session, person, reason=reason, by=olga(session), at=NOON)


def kinds(session: Any) -> list[str]:
    kept = select(Event.kind).where(Event.kind.startswith("access.")).order_by(Event.id)
    return list(session.scalars(kept))


def test_every_sign_in_and_every_link_ends_at_once(session: Any) -> None:
    person = bob(session)
    tokens = [sign_in.begin(session, person, at=NOON) for _ in range(2)]
    others = sign_in.begin(session, alice(session), at=NOON)
    made = [
        links.mint(session, "k" * 40, person.id, purpose, "person", person.id, "", at=NOON)[1]
        for purpose in ("sign_in", "password", "review", "fund")
    ]
    assert stops(session, person)
    assert [reads.viewer(session, one, NOON) for one in tokens] == [None, None]
    assert reads.viewer(session, others, NOON) is not None
    assert {links.open(session, one, at=NOON).state for one in made} == {"stopped"}
    with pytest.raises(Refused, match=r"access\.stopped"):
        sign_in.begin(session, person, at=NOON)


def test_a_sign_in_or_link_that_slipped_in_meanwhile_opens_nothing(session: Any) -> None:
    """The row of the person is what every request reads."""
    person = bob(session)
    person.stopped_at = NOON
    session.flush()
    _, token = links.mint(session, "k" * 40, person.id, "sign_in", "person", person.id, "", at=NOON)
    assert links.open(session, token, at=NOON).state == "stopped"


def test_restarting_lets_them_sign_in_and_revives_nothing(session: Any) -> None:
    person = bob(session)
    old = sign_in.begin(session, person, at=NOON)
    _, link = links.mint(session, "k" * 40, person.id, "review", "person", "x", "", at=NOON)
    stops(session, person)
    assert access.restart(session, person, by=olga(session), at=later(1))
    assert reads.viewer(session, old, NOON) is None
    assert links.open(session, link, at=NOON).state == "revoked"
    again = sign_in.begin(session, person, at=later(1))
    assert reads.viewer(session, again, later(1)) is not None


def test_stopping_and_restarting_twice_is_once(session: Any) -> None:
    person = bob(session)
    assert stops(session, person) and not stops(session, person)
    assert access.restart(session, person, by=olga(session), at=NOON)
    assert not access.restart(session, person, by=olga(session), at=NOON)
    assert kinds(session) == ["access.stopped", "access.restarted"]


def test_nobody_stops_themselves_or_the_last_operator(session: Any) -> None:
    first, second = olga(session), carol(session)
    with pytest.raises(Refused, match=r"access\.own"):
        access.stop(session, first, by=first, at=NOON)
    with pytest.raises(Refused, match=r"operator\.last"):
        access.stop(session, first, by=second, at=NOON)
    accounts.set_powers(session, second, operator=True, bookkeeper=False, by=first, at=NOON)
    assert access.stop(session, first, by=second, at=NOON)
    with pytest.raises(Refused, match=r"operator\.last"):
        access.stop(session, second, by=first, at=NOON)
    with pytest.raises(Refused, match=r"operator\.last"):
        accounts.set_powers(session, second, operator=False, bookkeeper=False, by=second, at=NOON)


def test_whoever_is_stopped_counts_for_nothing_on_the_board(session: Any) -> None:
    room = rooms.agreed(session)
    other = carol(session)
    accounts.set_powers(session, other, operator=True, bookkeeper=False, by=room.operator, at=NOON)
    assert board.enough_people(session)
    assert other in ruling.arbiters(session, room.engagement)
    stops(session, other)
    assert not board.enough_people(session)
    assert other not in ruling.arbiters(session, room.engagement)


def test_another_operator_takes_on_the_dispute_of_an_arbiter_who_is_stopped(session: Any) -> None:
    room = disputes.funded(session)
    dispute = disputes.called(room, 5000)
    other = carol(session)
    accounts.set_powers(session, other, operator=True, bookkeeper=False, by=room.operator, at=NOON)
    assert not ruling.can_take_on(session, dispute, other)
    access.stop(session, room.operator, by=other, at=NOON)
    assert [row.free for row in of_board(session)] == [True]
    found = desk_reads.desk(
        session, other.id, handles_money=False, rules=True, today=NOON.date(), at=NOON
    )
    assert [one.kind for one in found.money] == ["disputes"]
    ruling.take_on(session, dispute, by=other, at=later(4))
    assert ruling.is_arbiter(session, dispute, other)


def test_invitations_that_they_made_let_nobody_in(session: Any) -> None:
    person = alice(session)
    invitation, _ = joining.invite(session, "dana@example.org", by=person, at=NOON)
    of_another, _ = joining.invite(session, "eve@example.org", by=olga(session), at=NOON)
    stops(session, person)
    refusal = accounts.can_join(session, invitation, at=NOON)
    assert refusal is not None and refusal.code == "joining.expired"
    assert accounts.can_join(session, of_another, at=NOON) is None


def test_engagements_and_money_stay(session: Any) -> None:
    room = rooms.agreed(session)
    first = room.milestones[0]
    rooms.pays(room, first)
    stops(session, room.freelancer)
    assert room.engagement.state == "active" and room.held(first) == first.amount_minor
    rooms.release.release_without_submission(session, first, by=room.client, at=NOON)
    balance = ledger.balance(session, books.balance(room.freelancer.id), "USD")
    assert balance == first.amount_minor


def test_the_reason_is_kept_for_operators_and_not_mailed(session: Any) -> None:
    person = bob(session)
    stops(session, person, reason="Left the firm in a hurry.")
    assert access.reason_of(session, person) == "Left the firm in a hurry."
    notices.tell(session, NOON, limit=1000)
    letter = session.scalars(select(Letter).where(Letter.notice == "access_stopped")).one()
    said = text_of(session, letter)
    assert "stopped your access" in said and "olga@example.org" in said and "hurry" not in said


def test_no_link_and_no_family_of_e_mails_goes_to_who_is_stopped_but_money_is_told(
    session: Any,
) -> None:
    room = rooms.agreed(session)
    first = room.milestones[0]
    rooms.pays(room, first)
    notices.tell(session, NOON, limit=1000)
    for letter in session.scalars(select(Letter)):
        session.delete(letter)
    session.flush()
    stops(session, room.client)
    stops(session, room.freelancer)
    rooms.submits(room, first)
    rooms.release.approve(
        session, rooms.submissions.waiting(session, first.id), by=room.client, at=NOON
    )
    notices.tell(session, NOON, limit=1000)
    left = {
        letter.notice
        for letter in session.scalars(select(Letter).where(Letter.state == "waiting"))
        if packed(session, letter) is not None
    }
    assert left == {"access_stopped", "released"}
    assert session.scalars(select(Link)).all() == []
    dropped = session.scalars(select(Letter).where(Letter.state == "dropped")).all()
    assert {letter.notice for letter in dropped} == {"submitted", "please_fund"}
    assert {letter.error for letter in dropped} == {"its reader has no access"}


def test_an_operator_who_is_stopped_hears_nothing_of_the_board(session: Any) -> None:
    other = carol(session)
    accounts.set_powers(session, other, operator=True, bookkeeper=False, by=olga(session), at=NOON)
    key = "ledger_checked:before:carol"
    assert notices.write(
        session, "ledger_checked", other.id, engagement=None, subject=None, key=key, at=NOON,
        troubles=[], seq=1, hash="ab" * 32,
    )  # fmt: skip
    stops(session, other)
    letter = session.scalars(select(Letter).where(Letter.key == key)).one()
    assert packed(session, letter) is None
    assert letter.state == "dropped"


def test_stopping_long_after_ends_only_what_lives(session: Any) -> None:
    person = bob(session)
    link, _ = links.mint(session, "k" * 40, person.id, "review", "person", "x", "", at=NOON)
    links.spend(session, link, at=NOON, outcome="approved")
    access.stop(session, person, by=olga(session), at=NOON + timedelta(days=1))
    session.expire_all()
    assert session.get(Link, link.id).revoked_at is None
