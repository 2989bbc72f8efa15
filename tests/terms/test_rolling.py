"""Issue 3, point 2: surplus of a funded milestone goes to another if the revision says so."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import accounts, audit
from app.escrow.models import Payment, Refund
from app.escrow.papers import statements
from app.jobs.proposing import LineDraft
from app.kernel.errors import Refused
from app.kernel.events import Event
from app.terms import figures, negotiation, reads, revisions
from app.terms.figures import MoneyLine
from app.terms.models import Revision
from app.terms.revisions import DraftLine
from tests import rooms
from tests.rooms import Room
from tests.stories import NOON, later

LINES = tuple(LineDraft(name, "", None, 10000) for name in ("One", "Two", "Three"))


def changes(room: Room, table: list[DraftLine], *, rolls: bool) -> Revision:
    """Bob sends this table."""
    by = room.freelancer
    draft = revisions.draft(room.session, room.engagement, by=by, at=NOON)
    revisions.save_draft(
        room.session, draft, table, review_days=None, rolls=rolls, note="", at=NOON
    )
    return negotiation.send(room.session, room.engagement, by=by, at=NOON)


def line_of(room: Room, revision: Revision) -> MoneyLine:
    return figures.if_accepted(
        room.session, room.engagement, revision.id, reads.lines(room.session, revision.id),
        rolls=revision.rolls,
    )  # fmt: skip


def as_lines(room: Room, *amounts: int | None) -> list[DraftLine]:
    """The agreed milestones with other amounts; None leaves one out."""
    return [
        DraftLine(one.title, "", None, amount, one.id)
        for one, amount in zip(room.milestones, amounts, strict=True)
        if amount is not None
    ]


def held(room: Room) -> list[int]:
    return [room.held(one) for one in room.milestones]


@pytest.fixture
def room(session: Session) -> Room:
    """Three milestones of $100; the first is funded by bank transfer."""
    found = rooms.agreed(session, lines=LINES)
    rooms.pays(found, found.milestones[0])
    return found


def test_a_reduction_fills_the_next_milestones_in_their_order(room: Room) -> None:
    revision = changes(room, as_lines(room, 2000, 5000, 10000), rolls=True)
    line = line_of(room, revision)
    assert (line.rolled_minor, line.refund_minor) == (8000, 0)
    assert (line.needed_minor, line.next_title) == (7000, "Three")
    negotiation.accept(room.session, revision, by=room.client, at=later())
    assert held(room) == [2000, 5000, 3000]
    assert [one.state for one in room.milestones] == ["funded", "funded", "planned"]
    assert room.session.scalars(select(Refund.id)).all() == []
    assert audit.audit(room.session) == []


def test_only_what_is_left_goes_back(room: Room) -> None:
    revision = changes(room, as_lines(room, None, 3000, 0), rolls=True)
    line = line_of(room, revision)
    assert (line.rolled_minor, line.refund_minor, line.needed_minor) == (3000, 7000, 0)
    negotiation.accept(room.session, revision, by=room.client, at=later())
    assert [room.held(one) for one in room.milestones if one.state == "funded"] == [3000]
    (refund,) = room.session.scalars(select(Refund))
    assert (refund.amount_minor, refund.provider) == (7000, "bank")
    assert audit.audit(room.session) == []


def test_without_the_words_all_of_it_goes_back(room: Room) -> None:
    revision = changes(room, as_lines(room, 2000, 5000, 10000), rolls=False)
    assert (line_of(room, revision).rolled_minor, line_of(room, revision).refund_minor) == (0, 8000)
    negotiation.accept(room.session, revision, by=room.client, at=later())
    assert held(room) == [2000, 0, 0]


def test_what_was_rolled_is_later_refunded_to_the_payment_that_brought_it(room: Room) -> None:
    negotiation.accept(
        room.session, changes(room, as_lines(room, None, 10000, 10000), rolls=True),
        by=room.client, at=later(),
    )  # fmt: skip
    kept = [one for one in room.milestones if one.state != "cancelled"]
    table = [DraftLine(one.title, "", None, 4000, one.id) for one in kept]
    revision = changes(room, table, rolls=False)
    negotiation.accept(room.session, revision, by=room.client, at=later(2))
    (refund,) = room.session.scalars(select(Refund))
    paid = room.session.scalars(select(Payment)).one()
    assert (refund.amount_minor, refund.payment_id) == (6000, paid.id)
    assert room.stands(accounts.balance(room.client.id)) == 0
    assert audit.audit(room.session) == []


def test_the_freelancer_is_told_what_became_funded_and_the_words_are_agreed_text(
    room: Room,
) -> None:
    revision = changes(room, as_lines(room, 0, 10000, 10000), rolls=True)
    assert "money that becomes free is used for other milestones" in revision.canonical
    negotiation.accept(room.session, revision, by=room.client, at=later())
    kinds = list(room.session.scalars(select(Event.kind).order_by(Event.id)))
    after = kinds[kinds.index("terms.accepted", kinds.index("payment.confirmed")) :]
    assert after.count("money.rolled") == after.count("milestone.funded") == 1


def test_the_statement_of_each_milestone_shows_it_and_that_of_the_workroom_keeps_its_sum(
    room: Room,
) -> None:
    negotiation.accept(
        room.session, changes(room, as_lines(room, 4000, 10000, 10000), rolls=True),
        by=room.client, at=later(),
    )  # fmt: skip
    one, two, _ = room.milestones
    room_id = room.engagement.id
    for milestone, sign, stands in ((one, -1, 4000), (two, 1, 6000)):
        last = statements.of_engagement(room.session, room_id, milestone.id)[-1]
        assert (last.sign, last.amount_minor, last.after_minor) == (sign, 6000, stands)
    whole = statements.of_engagement(room.session, room_id)[-1]
    assert (whole.sign, whole.after_minor) == (0, 10000)


def test_terms_that_say_only_what_is_in_force_are_the_same_whatever_the_words(room: Room) -> None:
    with pytest.raises(Refused, match=r"terms\.same"):
        changes(room, as_lines(room, 10000, 10000, 10000), rolls=True)
