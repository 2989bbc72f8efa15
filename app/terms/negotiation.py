"""Send, accept, decline, withdraw: nothing is in force until both accept the same revision."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.engagement import fees, seats, states
from app.engagement.models import Engagement
from app.engagement.seats import Seated
from app.escrow import work
from app.escrow.incoming import prefunding
from app.escrow.milestones import closing, planning, touching
from app.escrow.milestones.planning import PlannedLine
from app.escrow.milestones.touching import Touched
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.people import links
from app.people.models import Person
from app.terms import document, reads, revisions, sending
from app.terms.models import Line, Revision
from app.terms.telling import settle_others, tell

LAPSES_AFTER = timedelta(days=14)
"""How long a proposed revision waits (RULES, Terms)."""

MOVES = {
    "draft": {"proposed"},
    "proposed": {"accepted", "countered", "declined", "withdrawn", "lapsed"},
    "accepted": {"replaced"},
}
REASON_MOST = 20_000


def move(revision: Revision, state: str) -> None:
    """The one place where a revision's state changes. Raises WrongState."""
    if state not in MOVES.get(revision.state, ()):
        raise WrongState("terms.changed", number=revision.number, state=revision.state)
    revision.state = state


def can_accept(session: Session, revision: Revision, *, by: Person) -> bool:
    """Whether this person may accept this revision now."""
    try:
        _may_decide(session, revision, by)
    except (Refused, NotFound):
        return False
    return not touched(session, revision)


def touched(session: Session, revision: Revision) -> Touched | None:
    """The milestone for whose sake this revision can no longer be accepted, if there is one."""
    every = work.every(session, revision.engagement_id)
    return touching.touched(every, reads.lines(session, revision.id))


def send(
    session: Session,
    engagement: Engagement,
    *,
    by: Person,
    at: datetime,
    answering: str | None = None,
    way: str = "page",
) -> Revision:
    """Propose one's draft as the next numbered revision; it is its author's acceptance.

    Where the other side's revision waits, this one counters it.

    Args:
        answering: the id of the newest revision that the author was shown, empty where there was
            none; None asks no question.

    Raises:
        NotFound: for strangers.
        WrongState: `terms.changed` where a newer revision exists.
        Refused: `terms.client_first`, `terms.yours_waits`, `terms.same`, `terms.no_lines`, …
    """
    seat = seats.load(session, by.id, engagement.id)
    last = reads.newest(session, engagement.id)
    if answering is not None and answering != (last.id if last else ""):
        raise WrongState("terms.changed", number=last.number if last else None)
    if code := sending.why_not(session, seat):
        raise Refused(code)
    draft = revisions.draft(session, engagement, by=by, at=at)
    table = [revisions.as_draft(line) for line in reads.lines(session, draft.id)]
    revisions.save_draft(
        session, draft, table, review_days=draft.review_days, rolls=draft.rolls, note=draft.note,
        at=at,
    )  # fmt: skip
    sending.check(session, engagement, draft)
    waiting = reads.waiting(session, engagement.id)
    if waiting is not None:
        _close(session, waiting, "countered", by=by, at=at, way=way)
        prefunding.give_back(session, waiting.id, engagement, why="countered", by=by, at=at)
        tell(session, engagement, waiting, "terms.countered", by=by, at=at, letters=False)
    lines = sending.give_birth(session, engagement, draft)
    move(draft, "proposed")
    draft.number = (last.number or 0) + 1 if last else 1
    draft.proposed_at, draft.proposed_by_way = at, way
    draft.lapses_at = at + LAPSES_AFTER
    draft.answers_id = waiting.id if waiting else None
    fee = fees.for_terms(session, engagement)
    draft.fee_rate, draft.fee_minimum_minor = fee.rate, fee.minimum_minor
    draft.canonical = document.canonical(engagement, draft, lines)
    draft.sha256 = document.digest(draft.canonical)
    session.flush()
    answers = waiting.number if waiting else None
    prompted = "change" if engagement.terms_id else "first"
    facts = {"answers": answers, "prompted": prompted}
    tell(session, engagement, draft, "terms.proposed", by=by, at=at, words=draft.note, facts=facts)
    return draft


def accept(
    session: Session, revision: Revision, *, by: Person, at: datetime, way: str = "page"
) -> None:
    """Accept: these terms are in force, and the money follows them, in this unit of work.

    Raises:
        NotFound: for strangers.
        WrongState: `terms.changed` where it no longer waits.
        Refused: `terms.own`; `terms.touches_closed` where it changes what has been closed;
            `terms.touches_disputed` where it changes what is in dispute; `terms.below_released`
            where it takes away what was released in part since.
    """
    seat = _may_decide(session, revision, by)
    engagement = seat.engagement
    if found := touched(session, revision):
        raise found.refusal(engagement.currency)
    first = engagement.terms_id is None
    before = reads.in_force(session, engagement.id)
    if before is not None:
        move(before, "replaced")
        session.flush()
    _close(session, revision, "accepted", by=by, at=at, way=way)
    engagement.terms_id = revision.id
    lines = reads.lines(session, revision.id)
    tell(session, engagement, revision, "terms.accepted", by=by, at=at, facts={"first": first})
    if first:
        engagement.fee_rate = revision.fee_rate
        engagement.fee_minimum_minor = revision.fee_minimum_minor
        states.activate(session, engagement, at=at)
        settle_others(session, engagement, by=by, at=at)
    revisions.discard_all(session, engagement)
    planning.plan(
        session, engagement, [planned(line) for line in lines], revision_id=revision.id,
        rolls=revision.rolls, by=by, at=at,
    )  # fmt: skip
    prefunding.keep(session, revision.id, engagement, by=by, at=at)


def decline(
    session: Session,
    revision: Revision,
    *,
    by: Person,
    at: datetime,
    way: str = "page",
    reason: str = "",
) -> None:
    """Decline with a reason. Terms in force stay; declined first terms leave it negotiated.

    Raises: as `accept`; Invalid `terms.reason_missing` without a reason.
    """
    seat = _may_decide(session, revision, by)
    words = reason.strip()
    if not words:
        raise Invalid("terms.reason_missing", field="reason")
    if len(words) > REASON_MOST:
        raise Invalid("terms.reason_too_long", field="reason", most=REASON_MOST)
    revision.reason = words
    _put_aside(session, seat.engagement, revision, "declined", by=by, at=at, way=way, words=words)


def withdraw(
    session: Session, revision: Revision, *, by: Person, at: datetime, way: str = "page"
) -> None:
    """The author takes back what waits; what was prefunded goes back.

    Raises: NotFound for strangers; WrongState `terms.changed`; Refused `terms.not_yours`.
    """
    seat = seats.load(session, by.id, revision.engagement_id)
    if revision.state != "proposed":
        raise WrongState("terms.changed", number=revision.number, state=revision.state)
    if seat.side != revision.author_side:
        raise Refused("terms.not_yours")
    _put_aside(session, seat.engagement, revision, "withdrawn", by=by, at=at, way=way)


def lapse(session: Session, revision: Revision, *, at: datetime) -> bool:
    """Let a revision lapse whose 14 days are over; False where there is nothing to do."""
    if revision.state != "proposed" or revision.lapses_at is None or revision.lapses_at > at:
        return False
    engagement = session.get_one(Engagement, revision.engagement_id)
    _put_aside(session, engagement, revision, "lapsed", by=None, at=at, way="")
    return True


def _put_aside(
    session: Session,
    engagement: Engagement,
    revision: Revision,
    state: str,
    *,
    by: Person | None,
    at: datetime,
    way: str,
    words: str = "",
) -> None:
    """Declined, withdrawn or lapsed: prefunded money goes back in the same unit of work.

    Where all agreed work is done, these terms were all that kept the engagement open.
    """
    _close(session, revision, state, by=by, at=at, way=way)
    tell(session, engagement, revision, f"terms.{state}", by=by, at=at, words=words)
    prefunding.give_back(session, revision.id, engagement, why=state, by=by, at=at)
    closing.close_or_ask(session, engagement, by=by, at=at)


def _close(
    session: Session, revision: Revision, state: str, *, by: Person | None, at: datetime, way: str
) -> None:
    move(revision, state)
    revision.decided_at, revision.decided_by_way = at, way
    revision.decided_by = by.id if by else None
    session.flush()
    links.revoke(session, "revision", revision.id, at=at)


def _may_decide(session: Session, revision: Revision, by: Person) -> Seated:
    seat = seats.load(session, by.id, revision.engagement_id)
    if revision.state == "draft":
        raise NotFound(f"revision {revision.id}")
    if revision.state != "proposed":
        raise WrongState("terms.changed", number=revision.number, state=revision.state)
    if not states.living(seat.engagement):
        raise WrongState("engagement.over", state=seat.engagement.state)
    if seat.side == revision.author_side:
        raise Refused("terms.own")
    return seat


def planned(line: Line) -> PlannedLine:
    """A line of a revision as escrow plans it, and takes money for it."""
    return PlannedLine(
        milestone_id=line.milestone_id or "",
        position=line.position,
        title=line.title,
        description=line.description,
        due=line.due,
        amount_minor=line.amount_minor,
    )
