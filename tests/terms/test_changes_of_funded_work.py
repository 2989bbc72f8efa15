"""Issue 3, point 2: each change of funded milestones, by a table: what is held, sent back, needed.

Three milestones of $100. The first holds $100 (or $100 less a part that was released), the second
$40 of its $100, the third nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escrow import audit
from app.escrow.milestones import closing, part, release
from app.escrow.models import Refund
from app.jobs.proposing import LineDraft
from app.kernel.errors import Refused, WrongState
from app.terms import figures, negotiation, reads, revisions
from app.terms.models import Revision
from app.terms.revisions import DraftLine
from tests import rooms
from tests.rooms import Room
from tests.stories import NOON, later

NAMES = ("One", "Two", "Three")
LINES = tuple(LineDraft(name, "", None, 10000) for name in NAMES)


@dataclass(frozen=True)
class Case:
    """`table` is the new one; `held` what its lines hold afterwards, with their states."""

    table: tuple[tuple[str, int], ...]
    held: tuple[int, ...]
    states: tuple[str, ...]
    refund: int
    needed: int
    asks: str


ONE, TWO, THREE = (("One", 10000), ("Two", 10000), ("Three", 10000))
CASES = {
    "reduce": Case((("One", 7000), TWO, THREE), (7000, 4000, 0),
                   ("funded", "planned", "planned"), 3000, 6000, "Two"),
    "reduce to what is there": Case((ONE, ("Two", 4000), THREE), (10000, 4000, 0),
                                    ("funded", "funded", "planned"), 0, 10000, "Three"),
    "reduce to a checkpoint": Case((("One", 0), TWO, THREE), (0, 4000, 0),
                                   ("planned", "planned", "planned"), 10000, 6000, "Two"),
    "raise": Case((("One", 13000), TWO, THREE), (10000, 4000, 0),
                  ("planned", "planned", "planned"), 0, 9000, "One"),
    "delete": Case((TWO, THREE), (4000, 0), ("planned", "planned"), 10000, 6000, "Two"),
    "delete what is funded in part": Case((ONE, THREE), (10000, 0), ("funded", "planned"),
                                          4000, 10000, "Three"),
    "split": Case((("One", 6000), ("New", 4000), TWO, THREE), (6000, 0, 4000, 0),
                  ("funded", "planned", "planned", "planned"), 4000, 10000, "New"),
    "merge": Case((("Two", 20000), THREE), (4000, 0), ("planned", "planned"), 10000, 16000, "Two"),
    "merge into what is funded": Case((("One", 30000),), (10000,), ("planned",),
                                      4000, 20000, "One"),
    "reorder": Case((THREE, TWO, ONE), (0, 4000, 10000), ("planned", "planned", "funded"),
                    0, 16000, "Three"),
    "add a checkpoint": Case((("One", 10000), TWO, THREE, ("New", 0)),
                                   (10000, 4000, 0, 0),
                                   ("funded", "planned", "planned", "planned"), 0, 6000, "Two"),
}  # fmt: skip


@pytest.fixture
def room(session: Session) -> Room:
    found = rooms.agreed(session, lines=LINES)
    rooms.pays(found, found.milestones[0])
    rooms.pays(found, found.milestones[1], received=4000)
    return found


def proposes(room: Room, table: tuple[tuple[str, int], ...]) -> Revision:
    ids = {one.title: one.id for one in room.milestones}
    lines = [DraftLine(title, "", None, amount, ids.get(title)) for title, amount in table]
    draft = revisions.draft(room.session, room.engagement, by=room.freelancer, at=NOON)
    revisions.save_draft(room.session, draft, lines, review_days=None, note="", at=NOON)
    return negotiation.send(room.session, room.engagement, by=room.freelancer, at=NOON)


def refunded(room: Room) -> int:
    return int(room.session.scalar(select(func.coalesce(func.sum(Refund.amount_minor), 0))) or 0)


@pytest.mark.parametrize("name", CASES)
def test_a_change_of_funded_milestones_moves_exactly_this(room: Room, name: str) -> None:
    case = CASES[name]
    revision = proposes(room, case.table)
    lines = reads.lines(room.session, revision.id)
    line = figures.if_accepted(room.session, room.engagement, revision.id, lines)
    assert (line.refund_minor, line.needed_minor, line.next_title) == (
        case.refund, case.needed, case.asks,
    )  # fmt: skip
    assert refunded(room) == 0, "nothing moves while it waits"
    negotiation.accept(room.session, revision, by=room.client, at=later())
    living = [one for one in room.milestones if one.state != "cancelled"]
    assert tuple(room.held(one) for one in living) == case.held
    assert tuple(one.state for one in living) == case.states
    assert refunded(room) == case.refund
    assert audit.audit(room.session) == []


def in_part(room: Room, amount: int) -> None:
    """That much of the first is released."""
    submission = rooms.submits(room, room.milestones[0])
    part.release_part(
        room.session, submission, amount, rest="keep", reason="More.", by=room.client, at=NOON
    )


@pytest.mark.parametrize("table", [(("One", 2999), TWO, THREE), (TWO, THREE)])
def test_terms_never_go_below_what_was_released(
    room: Room, table: tuple[tuple[str, int], ...]
) -> None:
    in_part(room, 3000)
    with pytest.raises(Refused, match=r"terms\.below_released"):
        proposes(room, table)


def test_terms_that_were_sent_before_a_part_was_released_cannot_take_it_back(room: Room) -> None:
    revision = proposes(room, (("One", 2000), TWO, THREE))
    in_part(room, 3000)
    assert not negotiation.can_accept(room.session, revision, by=room.client)
    with pytest.raises(Refused, match=r"terms\.below_released"):
        negotiation.accept(room.session, revision, by=room.client, at=later())


@pytest.mark.parametrize("table", [(("One", 2000), TWO, THREE), (TWO, THREE)])
def test_what_answers_them_begins_from_what_was_released_by_then(
    room: Room, table: tuple[tuple[str, int], ...]
) -> None:
    proposes(room, table)
    in_part(room, 3000)
    draft = revisions.draft(room.session, room.engagement, by=room.client, at=later())
    rows = [(one.title, one.amount_minor) for one in reads.lines(room.session, draft.id)]
    assert rows == [ONE, TWO, THREE]


def test_terms_that_ask_for_what_was_released_close_the_milestone(room: Room) -> None:
    in_part(room, 3000)
    revision = proposes(room, (("One", 3000), TWO, THREE))
    negotiation.accept(room.session, revision, by=room.client, at=later())
    first = room.milestones[0]
    assert (first.state, room.held(first), refunded(room)) == ("released", 0, 7000)
    assert audit.audit(room.session) == []


def test_a_raise_of_submitted_work_caps_its_release_until_the_rest_has_come(room: Room) -> None:
    submission = rooms.submits(room, room.milestones[0])
    revision = proposes(room, (("One", 13000), TWO, THREE))
    negotiation.accept(room.session, revision, by=room.client, at=later())
    with pytest.raises(WrongState, match=r"release\.not_full"):
        release.approve(room.session, submission, by=room.client, at=later(2))
    rooms.pays(room, room.milestones[0], at=later(2))
    release.approve(room.session, submission, by=room.client, at=later(3))
    assert room.balance(room.freelancer) == 13000
    assert audit.audit(room.session) == []


def test_whoever_raises_a_funded_milestone_has_the_client_asked_for_the_rest(room: Room) -> None:
    from app.kernel.events import Event

    revision = proposes(room, (("One", 13000), TWO, THREE))
    negotiation.accept(room.session, revision, by=room.client, at=later())
    newest = select(Event).where(Event.kind == "milestone.fundable").order_by(Event.id.desc())
    event = room.session.scalars(newest).first()
    assert event is not None and event.told["amount_minor"] == 3000
    upcoming = closing.next_fundable(room.session, room.engagement.id)
    assert upcoming is room.milestones[0] and upcoming.fundable_at == later()


def test_an_ask_for_money_that_the_terms_took_away_is_over(room: Room) -> None:
    from app.escrow.milestones import asking_back

    first = room.milestones[0]
    (ask,) = asking_back.ask(
        room.session, room.engagement, [first], reason="No need.", by=room.client, at=NOON
    )
    revision = proposes(room, (("One", 0), TWO, THREE))
    negotiation.accept(room.session, revision, by=room.client, at=later())
    assert (ask.state, first.state) == ("overtaken", "planned")
