"""What pages may offer in a room now (the predicates that templates ask), beside the model.

A verb asks its predicate again, so that a step seldom meets a wrong one: it would have to try the
very thing. Here everything that could be tried in a room is asked at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from app.engagement.models import Engagement
from app.escrow import work as escrow_work
from app.escrow.disputes import offers, opening, ruling, sealed
from app.escrow.disputes.models import Dispute
from app.escrow.incoming import funding
from app.escrow.milestones import asks, part, release, submissions
from app.escrow.models import Milestone, Submission
from app.scheduler import clocks, silence
from app.terms import ending, negotiation
from app.terms.models import Revision
from tests.faults.actor import Actor
from tests.faults.model import CLIENT, DAY, FREELANCER, Quarrel, other
from tests.stories import NOON

Offered = tuple[str, str, str]
"""What may be done, to what, by whom; and what is partly funded, with how much of what."""
SIDES = (CLIENT, FREELANCER)


def same(told: Actor, name: str) -> None:
    """Raises AssertionError where the board offers what rules refuse, or hides what they allow."""
    board, rules = set(by_board(told, name)), set(by_rules(told, name))
    assert board == rules, f"the board offers {board - rules}, the rules {rules - board}"
    room = told.world.rooms[name]
    clocked = {one.submission.id: one.began for one in clocks.running(told.session)}
    began = {one: NOON + timedelta(minutes=since) for one, since in room.clocked().items()}
    assert {one: since for one, since in clocked.items() if one in room.handed} == began
    still = {one.engagement_id for one in silence.still(told.session, told.at)}
    assert still == told.world.still()


def by_board(told: Actor, name: str) -> Iterator[Offered]:
    """As the predicates say."""
    session, engagement = told.session, told.one(Engagement, name)
    room = told.world.rooms[name]
    ids = {side: told.people[side].id for side in SIDES}
    for one in asks.askable(session, engagement, ids[CLIENT]):
        yield "ask back", one.id, CLIENT
    for work in room.works:
        milestone = told.one(Milestone, work)
        if release.can_release(session, milestone, engagement, ids[CLIENT]):
            yield "release", work, CLIENT
        if submissions.can_submit(session, milestone, engagement, ids[FREELANCER]):
            yield "submit", work, FREELANCER
        if funding.can_fund(session, milestone, engagement, ids[CLIENT]):
            yield "fund", work, CLIENT
        balance = escrow_work.balance(session, milestone)
        if balance.is_partly_funded and milestone.fundable_at:
            yield "partly funded", work, f"{balance.funded_minor} of {balance.whole_minor}"
        for side in SIDES:
            if opening.can_open(session, milestone, engagement, ids[side]):
                yield "dispute", work, side
    for key, (work, _) in room.handed.items():
        seen = told.one(Submission, key), told.one(Milestone, work), engagement, ids[CLIENT]
        if release.can_approve(session, *seen):
            yield "approve", key, CLIENT
        if part.can_release_part(session, *seen):
            yield "part", key, CLIENT
    for side in SIDES:
        by = told.people[side]
        if ending.can_end(session, engagement, by=by):
            yield "end", name, side
        for terms in room.terms:
            if negotiation.can_accept(session, told.one(Revision, terms.name), by=by):
                yield "accept", terms.name, side
    for work in room.works.values():
        for key in work.quarrels:
            yield from _of_dispute(told, told.one(Dispute, key))


def _of_dispute(told: Actor, dispute: Dispute) -> Iterator[Offered]:
    session, at = told.session, told.at
    if offers.can_offer(session, dispute, at):
        yield "offer", dispute.id, ""
    if ruling.can_call(dispute, at):
        yield "call", dispute.id, ""
    if ruling.can_take_on(session, dispute, told.people["operator"]):
        yield "take on", dispute.id, "operator"
    for side in SIDES:
        if offers.can_accept(session, dispute, told.people[side], at):
            yield "agree", dispute.id, side
        if sealed.can_enter(session, dispute, side, at):
            yield "number", dispute.id, side
        if opening.can_withdraw(dispute, told.people[side].id):
            yield "withdraw", dispute.id, side


def by_rules(told: Actor, name: str) -> Iterator[Offered]:
    """As the model says."""
    world, room = told.world, told.world.rooms[name]
    covered = world.covered(room)
    for key, work in room.works.items():
        if world.may_ask_back(room, key, CLIENT):
            yield "ask back", key, CLIENT
        if room.may_release(key, CLIENT):
            yield "release", key, CLIENT
        if room.may_submit(key, FREELANCER):
            yield "submit", key, FREELANCER
        if room.state == "active" and world.lacks(room, key, None) > covered.get(key, 0):
            yield "fund", key, CLIENT
        if work.partly:
            there = work.held + work.frozen + work.paid
            yield "partly funded", key, f"{there} of {work.amount - work.back}"
        for side in SIDES:
            if room.may_dispute(key, side, 1):
                yield "dispute", key, side
        for quarrel, one in work.quarrels.items():
            yield from _of_quarrel(quarrel, one, told.minutes)
    for key, (work, state) in room.handed.items():
        if room.may_approve(key, CLIENT):
            yield "approve", key, CLIENT
        if state == "waiting" and room.works[work].held:
            yield "part", key, CLIENT
    for side in SIDES:
        if room.may_end(side):
            yield "end", name, side
        for terms in room.terms:
            if room.may_accept(terms, side):
                yield "accept", terms.name, side


def _of_quarrel(key: str, one: Quarrel, now: int) -> Iterator[Offered]:
    talks = one.may_talk(now)
    if talks and one.high - one.low > 1:
        yield "offer", key, ""
    if talks and not one.called:
        yield "call", key, ""
    if one.called and not one.taken:
        yield "take on", key, "operator"
    for side in SIDES:
        if one.lives and (side == other(one.side) or talks):
            yield "agree", key, side
        last = one.numbers.get(side)
        if talks and (last is None or now >= last[1] + DAY):
            yield "number", key, side
    if one.lives and not one.called:
        yield "withdraw", key, one.side
