"""Hypothesis drives terms and escrow through their verbs, beside a model that knows the rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import (
    confirming,
    funding,
    payouts,
    prefunding,
    refunds,
    release,
    settling,
    submissions,
)
from app.escrow.milestones import PlannedLine
from app.escrow.models import Milestone, Payment, Payout, Refund, Submission
from app.jobs import proposing
from app.jobs.models import Job, Proposal
from app.jobs.proposing import LineDraft
from app.kernel.errors import NotFound, Refused
from app.terms import ending, negotiation, reads, revisions, selection
from app.terms.models import Revision
from app.terms.revisions import DraftLine
from tests.faults import compared
from tests.faults.model import CLIENT, FREELANCER, Pay, Room, Row, Terms
from tests.faults.model_money import World
from tests.people import alice, bob, mallory, olga
from tests.stories import NOON, post_job

AMOUNTS = (0, 1, 2500, 7500, 10_000)
CURRENCIES = st.sampled_from(("USD", "JPY", "BHD"))
LIVING_AT_ONCE = 2
PICK = st.integers(0, 2**16).map(lambda n: (n + 1) * 2654435761 % 2**32 // 97)
"""A number to choose with, spread evenly however small a number it was made from."""
WHO = PICK.map(lambda n: "other" if n % 11 == 0 else "stranger" if n % 11 == 1 else "right")
WAYS = st.sampled_from(("bank", "bank", "test", "balance"))
EDITS = st.lists(
    st.tuples(
        st.sampled_from(("price", "price", "delete", "add", "move", "title", "old", "twice")),
        st.integers(0, 9),
        st.sampled_from(AMOUNTS),
    ),
    min_size=1,
    max_size=4,
)


def now_and_then(board: Board) -> bool:
    """Whether to try what the rules refuse, where nothing that they allow is at hand."""
    return board.minutes % 6 == 0


class Board(RuleBasedStateMachine):
    """Rooms of one client and one freelancer, in three currencies. Nothing is ever committed."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session, self.world, self.minutes = session, World(), 0
        self.done = self.refused = 0
        self.people = {
            CLIENT: alice(session),
            FREELANCER: bob(session),
            "stranger": mallory(session),
            "operator": olga(session),
        }
        self.before = session.begin_nested()

    def teardown(self) -> None:
        self.before.rollback()
        self.session.expunge_all()

    # How an act is done and compared.

    def act(self, may: bool, do: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Do it in a unit of work; it must be refused exactly where the model refuses it."""
        self.minutes += 1
        unit = self.session.begin_nested()
        try:
            result = do()
            self.session.flush()
        except (Refused, NotFound) as refusal:
            unit.rollback()
            self.session.expire_all()
            self.refused += 1
            assert not may, f"refused, though the rules allow it: {refusal!r}"
        else:
            unit.commit()
            self.done += 1
            assert may, f"done, though the rules refuse it: {result!r}"
            then(result)
        compared.same(self.session, self.world, self.people, changed=may)

    @property
    def at(self) -> Any:
        return NOON + timedelta(minutes=self.minutes)

    def one(self, kind: type[Any], name: str) -> Any:
        return self.session.get_one(kind, name)

    def choose(self, pick: int, good: list[Any], every: list[Any]) -> Any:
        """Mostly something of the good ones."""
        of = good if good and pick % 6 else every
        return of[pick // 6 % len(of)]

    def who(self, who: str, right: str) -> str:
        other = FREELANCER if right == CLIENT else CLIENT
        return {"right": right, "other": other}.get(who, who)

    def room(self, pick: int) -> tuple[str, Room]:
        rooms = list(self.world.rooms.items())
        living = [one for one in rooms if one[1].living]
        return self.choose(pick, living, rooms)  # type: ignore[no-any-return]

    @precondition(lambda self: self.minutes % 3 and not (self.fundable() or self.may_send()))
    @rule()
    def nothing_happens(self) -> None:
        self.minutes += 1

    # Select.

    @initialize(currency=CURRENCIES, paid=PICK, handed_in=st.booleans())
    def begin(self, currency: str, paid: int, handed_in: bool) -> None:
        """A first room whose terms are agreed, and mostly paid for: most things happen then."""
        self.post_and_select(currency, (7500, 0, 10_000))
        name, room = next(iter(self.world.rooms.items()))
        self.send_draft(name, room, CLIENT)
        self.answer(1, "right", "accept", 1)
        for count in range(paid % 3):
            self.fund(1, "right", "bank", 1)
            self.confirm(1, "operator", ("exact", "exact", "short")[(paid + count) % 3], False)
        if handed_in:
            self.submit(1, "right")

    @precondition(lambda self: self.idle())
    @rule(
        currency=CURRENCIES,
        amounts=st.tuples(st.sampled_from(AMOUNTS), st.sampled_from(AMOUNTS)),
    )
    def post_and_select(self, currency: str, amounts: tuple[int, ...]) -> None:
        job = post_job(self.session, self.people[CLIENT], currency=currency, at=self.at)
        lines = tuple(LineDraft(f"Part {n}", "", None, a) for n, a in enumerate(amounts, 1))
        draft = proposing.Draft(letter="I can.", lines=lines, answers=())
        proposing.send(self.session, job, draft, by=self.people[FREELANCER], at=self.at)
        self.world.jobs[job.id] = "open"
        self.select_again(len(self.world.jobs) - 1, "right")

    def idle(self) -> bool:
        """Whether there is room for one more engagement, now and then."""
        living = sum(room.living for room in self.world.rooms.values())
        return living < LIVING_AT_ONCE and (not living or now_and_then(self))

    @precondition(lambda self: "open" in self.world.jobs.values() or now_and_then(self))
    @rule(pick=PICK, who=WHO)
    def select_again(self, pick: int, who: str) -> None:
        names = list(self.world.jobs)
        name = names[pick % len(names)]
        side = self.who(who, CLIENT)
        proposal = self.session.scalars(select(Proposal).where(Proposal.job_id == name)).one()

        def then(engagement: Engagement) -> None:
            rows = [
                Row(None, o.title, o.amount_minor)
                for o in proposing.lines_of(self.session, proposal)
            ]
            currency = self.one(Job, name).currency
            self.world.rooms[engagement.id] = room = Room(name, currency, rows)
            self.world.jobs[name] = "awarded"
            self.look(engagement.id, room, CLIENT)

        self.act(
            self.world.jobs[name] == "open" and side == CLIENT,
            lambda: selection.select(self.session, proposal, by=self.people[side], at=self.at),
            then,
        )

    # Terms.

    def look(self, name: str, room: Room, side: str) -> list[Row]:
        """A person's draft: as it was kept, or begun from what the rules say."""
        person, engagement = self.people[side], self.one(Engagement, name)
        draft = revisions.draft(self.session, engagement, by=person, at=self.at)
        rows = self.rows(draft)
        if (kept := room.drafts.get(side)) is not None:
            assert rows == kept
        elif (basis := room.basis(side)) is not None:
            self.as_put_back(room, basis, rows)
        room.drafts[side] = rows
        return rows

    def rows(self, revision: Revision) -> list[Row]:
        found = reads.lines(self.session, revision.id)
        return [Row(one.milestone_id, one.title, one.amount_minor) for one in found]

    def as_put_back(self, room: Room, typed: list[Row], rows: list[Row]) -> None:
        """The table is what was typed, with what is closed as it was closed."""
        expected = room.put_back(typed)
        extra = room.left_out(expected)
        assert [row for row in rows if row.work not in extra] == expected
        assert {row for row in rows if row.work in extra} == {
            Row(one, room.works[one].title, room.works[one].amount) for one in extra
        }

    @precondition(lambda self: self.minutes % 3 == 0)
    @precondition(lambda self: any(room.living for room in self.world.rooms.values()))
    @rule(pick=PICK, who=st.sampled_from((CLIENT, FREELANCER)), edits=EDITS)
    def save_draft(self, pick: int, who: str, edits: list[tuple[str, int, int]]) -> None:
        name, room = self.room(pick)
        if room.living:
            self.save(name, room, who, edits)

    def save(self, name: str, room: Room, who: str, edits: list[tuple[str, int, int]]) -> None:
        """Keep a table as somebody typed it."""
        typed = self.edited(room, self.look(name, room, who), edits)
        lines = [DraftLine(row.title, "", None, row.amount, row.work) for row in typed]

        def do() -> list[Row]:
            draft = reads.draft_of(self.session, name, self.people[who].id)
            assert draft
            revisions.save_draft(self.session, draft, lines, review_days=None, note="", at=self.at)
            return self.rows(draft)

        def then(rows: list[Row]) -> None:
            self.as_put_back(room, typed, rows)
            room.drafts[who] = rows

        self.act(True, do, then)

    @precondition(lambda self: self.minutes % 2 and self.changeable())
    @rule(pick=PICK, edits=EDITS)
    def change(self, pick: int, edits: list[tuple[str, int, int]]) -> None:
        """Somebody whose turn it may be changes the terms, and sends them."""
        name, side = self.choose(pick, [], self.changeable())
        room = self.world.rooms[name]
        self.save(name, room, side, edits)
        self.send_draft(name, room, side)

    def changeable(self) -> list[tuple[str, str]]:
        """Who may change which room's terms; the client twice, who may then prefund."""
        return [
            (name, side)
            for name, room in self.world.rooms.items()
            for side in (CLIENT, FREELANCER, CLIENT)
            if room.living and not (room.waiting and room.waiting.side == side)
        ]

    def edited(self, room: Room, rows: list[Row], edits: list[tuple[str, int, int]]) -> list[Row]:
        """What somebody typed: any line, closed ones too, and lines from an old page."""
        out = list(rows)
        works = list(room.works.items())
        for kind, place, amount in edits:
            spot = place % len(out) if out else 0
            if kind == "add" or not out:
                out.append(Row(None, f"New {len(works) + place}", amount))
            elif kind == "price":
                out[spot] = Row(out[spot].work, out[spot].title, amount)
            elif kind == "title":
                out[spot] = Row(out[spot].work, f"Title {amount}", out[spot].amount)
            elif kind == "delete":
                del out[spot]
            elif kind == "move":
                out.insert(amount % len(out), out.pop(spot))
            elif kind == "twice":
                out.append(out[spot])
            elif works:
                old, work = works[place % len(works)]
                out = [row for row in out if row.work != old] + [Row(old, work.title, amount)]
        return out

    @precondition(lambda self: self.may_send() or now_and_then(self))
    @rule(pick=PICK, who=st.sampled_from((CLIENT, FREELANCER)))
    def send(self, pick: int, who: str) -> None:
        name, room = self.room(pick)
        good = [(n, self.world.rooms[n], side) for n, side in self.may_send()]
        self.send_draft(*self.choose(pick, good, [(name, room, who)]))

    def may_send(self) -> list[tuple[str, str]]:
        """Whose draft may be sent, by room."""
        return [
            (name, side)
            for name, room in self.world.rooms.items()
            for side, rows in room.drafts.items()
            if room.may_send(side, rows)
        ]

    def send_draft(self, name: str, room: Room, side: str) -> None:
        engagement, person = self.one(Engagement, name), self.people[side]
        typed = self.look(name, room, side) if room.living else []
        countered = room.waiting

        def then(revision: Revision) -> None:
            rows = self.rows(revision)
            before = [row for row in rows if row.work in room.works]
            fresh = [row for row in rows if row.work not in room.works]
            known = {row.work: row for row in room.put_back(typed) if row.work}
            assert len(fresh) == sum(row.work is None for row in room.put_back(typed))
            assert all(known.get(row.work, row) == row for row in before)
            if countered:
                self.world.put_aside(room, countered, "countered")
            room.send(side, rows, self.minutes)

        self.act(
            room.may_send(side, typed),
            lambda: negotiation.send(self.session, engagement, by=person, at=self.at),
            then,
        )

    @precondition(
        lambda self: any(
            room.waiting or (room.terms and now_and_then(self))
            for room in self.world.rooms.values()
        )
    )
    @rule(
        pick=PICK,
        who=WHO,
        how=st.sampled_from(("accept",) * 4 + ("decline", "withdraw")),
        which=st.integers(0, 9),
    )
    def answer(self, pick: int, who: str, how: str, which: int) -> None:
        name, room, terms = self.some_terms(pick, which)
        author = terms.side
        right = author if how == "withdraw" else CLIENT if author == FREELANCER else FREELANCER
        side = self.who(who, right)
        revision, person = self.revision(name, terms), self.people[side]
        if how == "accept":
            self.act(
                room.may_accept(terms, side),
                lambda: negotiation.accept(self.session, revision, by=person, at=self.at),
                lambda _: self.world.accept(room, terms),
            )
        elif how == "decline":
            self.act(
                room.may_decline(terms, side),
                lambda: negotiation.decline(
                    self.session, revision, by=person, at=self.at, reason="No."
                ),
                lambda _: self.world.put_aside(room, terms, "declined"),
            )
        else:
            self.act(
                terms.state == "proposed" and side == author,
                lambda: negotiation.withdraw(self.session, revision, by=person, at=self.at),
                lambda _: self.world.put_aside(room, terms, "withdrawn"),
            )

    def some_terms(self, pick: int, which: int) -> tuple[str, Room, Terms]:
        every = [(n, r, t) for n, r in self.world.rooms.items() for t in r.terms]
        waiting = [one for one in every if one[2].state == "proposed"]
        return self.choose(pick if which else 0, waiting, every)  # type: ignore[no-any-return]

    def revision(self, name: str, terms: Terms) -> Revision:
        mine = Revision.engagement_id == name, Revision.number == terms.number
        return self.session.scalars(select(Revision).where(*mine)).one()

    @precondition(lambda self: self.minutes % 4 == 0)
    @precondition(lambda self: any(room.waiting for room in self.world.rooms.values()))
    @rule(pick=PICK, days=st.sampled_from((0, 13, 14)))
    def lapse(self, pick: int, days: int) -> None:
        name, room, terms = self.some_terms(pick, 1)
        revision = self.revision(name, terms)
        self.minutes += days * 24 * 60

        def then(lapsed: bool) -> None:
            assert lapsed == self.world.may_lapse(terms, self.minutes)
            if lapsed:
                self.world.put_aside(room, terms, "lapsed")

        self.act(True, lambda: negotiation.lapse(self.session, revision, at=self.at), then)

    @precondition(lambda self: self.minutes % 9 == 0)
    @rule(pick=PICK, who=WHO, side=st.sampled_from((CLIENT, FREELANCER)))
    def end(self, pick: int, who: str, side: str) -> None:
        name, room = self.room(pick)
        side = "stranger" if who == "stranger" else side
        engagement = self.one(Engagement, name)
        self.act(
            room.may_end(side),
            lambda: ending.end(self.session, engagement, by=self.people[side], at=self.at),
            lambda _: self.world.end(room, side),
        )

    # Money in.

    @precondition(lambda self: self.fundable() or now_and_then(self))
    @rule(pick=PICK, who=WHO, way=WAYS, count=st.integers(1, 3))
    def fund(self, pick: int, who: str, way: str, count: int) -> None:
        rooms, side = list(self.world.rooms.items()), self.who(who, CLIENT)
        rooms = [one for one in rooms if self.fundable(one[1])] or rooms
        name, room = rooms[pick % len(rooms)]
        every = [(one, other) for _, other in rooms for one in other.works]
        good = self.fundable(room)
        chosen = [self.choose(pick + 7 * n, good, every) for n in range(count)]
        names = list(dict.fromkeys(one for one, _ in chosen))
        wanted = self.world.wanted(room, names, side, way)
        engagement, works = self.one(Engagement, name), [self.one(Milestone, o) for o, _ in chosen]
        self.act(
            wanted is not None,
            lambda: funding.start(
                self.session, engagement, works, provider=way, by=self.people[side], at=self.at
            ),
            lambda payment: self.started(payment, wanted, room, way, None),
        )

    def fundable(self, only: Room | None = None) -> list[tuple[str, Room]]:
        """What lacks money that is not under way."""
        rooms = [only] if only else [r for r in self.world.rooms.values() if r.state == "active"]
        return [
            (name, room)
            for room in rooms
            for name, work in room.works.items()
            if work.lacks and work.state != "proposed" and not self.world.open_pay(name)
        ]

    def started(
        self, payment: Payment, wanted: Any, room: Room, way: str, terms: Terms | None
    ) -> None:
        if isinstance(wanted, Pay):
            assert self.world.pays[payment.id] is wanted
            return
        assert payment.id not in self.world.pays
        self.world.pays[payment.id] = pay = Pay(room, way, wanted, terms)
        if way == "balance":
            self.world.settle(pay, pay.total, self.minutes)

    @precondition(
        lambda self: any(r.waiting and r.waiting.side == CLIENT for r in self.world.rooms.values())
    )
    @rule(pick=PICK, who=WHO, way=WAYS, count=st.integers(1, 2))
    def prefund(self, pick: int, who: str, way: str, count: int) -> None:
        own = [
            (n, r, r.waiting)
            for n, r in self.world.rooms.items()
            if r.waiting and r.waiting.side == CLIENT
        ]
        name, room, terms = own[pick % len(own)]
        assert terms
        side = self.who(who, CLIENT)
        good = [row for row in terms.rows if self.world.lacks(room, str(row.work), terms)]
        rows = [self.choose(pick + 7 * n, good, terms.rows) for n in range(count)]
        names = list(dict.fromkeys(str(row.work) for row in rows))
        wanted = self.world.wanted(room, names, side, way, terms)
        lines = [PlannedLine(str(r.work), 1, r.title, "", None, r.amount) for r in rows]
        engagement, revision = self.one(Engagement, name), self.revision(name, terms)
        self.act(
            wanted is not None,
            lambda: prefunding.start(
                self.session,
                engagement,
                lines,
                revision_id=revision.id,
                provider=way,
                by=self.people[side],
                at=self.at,
            ),
            lambda payment: self.started(payment, wanted, room, way, terms),
        )

    def some_pay(self, pick: int, good: Callable[[Pay], bool]) -> tuple[str, Pay]:
        every = list(self.world.pays.items())
        return self.choose(pick, [p for p in every if good(p[1])], every)  # type: ignore[no-any-return]

    @precondition(
        lambda self: any(
            (p.way == "bank" and p.state != "settled") or now_and_then(self)
            for p in self.world.pays.values()
        )
    )
    @rule(
        pick=PICK,
        who=PICK.map(lambda n: (CLIENT, FREELANCER, "stranger", *("operator",) * 9)[n % 12]),
        how=st.sampled_from(("exact", "exact", "short", "over", "nothing")),
        late=st.booleans(),
    )
    def confirm(self, pick: int, who: str, how: str, late: bool) -> None:
        name, pay = self.some_pay(
            pick, lambda p: p.way == "bank" and (p.open or (late and p.state == "cancelled"))
        )
        received = {"exact": pay.total, "short": pay.total * 2 // 5, "over": pay.total + 1300}
        minor = received.get(how, 0)
        payment = self.one(Payment, name)
        self.act(
            self.world.may_confirm(pay, who, minor),
            lambda: confirming.confirm(
                self.session, payment, received_minor=minor, by=self.people[who], at=self.at
            ),
            lambda _: self.world.settle(pay, minor, self.minutes),
        )

    @precondition(
        lambda self: any(
            (p.open and p.way == "test") or now_and_then(self) for p in self.world.pays.values()
        )
    )
    @rule(pick=PICK)
    def test_money(self, pick: int) -> None:
        name, pay = self.some_pay(pick, lambda p: p.open and p.way == "test")
        payment, client = self.one(Payment, name), self.people[CLIENT]
        self.act(
            pay.open and pay.way == "test",
            lambda: settling.settle_test_money(self.session, payment, by=client, at=self.at),
            lambda _: self.world.settle(pay, pay.total, self.minutes),
        )

    @precondition(
        lambda self: (
            any(p.open or now_and_then(self) for p in self.world.pays.values())
            and self.minutes % 3 == 0
        )
    )
    @rule(pick=PICK, who=WHO)
    def cancel_payment(self, pick: int, who: str) -> None:
        name, pay = self.some_pay(pick, lambda p: p.open)
        payment, side = self.one(Payment, name), self.who(who, CLIENT)
        self.act(
            pay.open and side == CLIENT,
            lambda: funding.cancel(self.session, payment, by=self.people[side], at=self.at),
            lambda _: pay.stop(),
        )

    # Work.

    @precondition(lambda self: self.works_where(lambda r, n: r.may_submit(n, FREELANCER)))
    @rule(pick=PICK, who=WHO)
    def submit(self, pick: int, who: str) -> None:
        side = self.who(who, FREELANCER)
        name, room = self.some_work(pick, lambda r, n: r.may_submit(n, FREELANCER))
        milestone, person = self.one(Milestone, name), self.people[side]
        self.act(
            room.may_submit(name, side),
            lambda: submissions.submit(
                self.session, milestone, note="Here.", by=person, at=self.at
            ),
            lambda submission: room.submit(submission.id, name),
        )

    def works_where(self, good: Callable[[Room, str], bool]) -> bool:
        every = [(room, name) for room in self.world.rooms.values() for name in room.works]
        return bool(every) and (now_and_then(self) or any(good(*one) for one in every))

    def some_work(self, pick: int, good: Callable[[Room, str], bool]) -> tuple[str, Room]:
        every = [(name, room) for room in self.world.rooms.values() for name in room.works]
        return self.choose(pick, [(n, r) for n, r in every if good(r, n)], every)  # type: ignore[no-any-return]

    @precondition(
        lambda self: any(
            state == "waiting" or now_and_then(self)
            for room in self.world.rooms.values()
            for _, state in room.handed.values()
        )
    )
    @rule(
        pick=PICK,
        who=WHO,
        how=st.sampled_from(("approve",) * 3 + ("withdrawn", "changes_requested")),
    )
    def decide(self, pick: int, who: str, how: str) -> None:
        every = [(n, room) for room in self.world.rooms.values() for n in room.handed]
        waiting = [one for one in every if one[1].handed[one[0]][1] == "waiting"]
        name, room = self.choose(pick, waiting, every)
        submission, right = self.one(Submission, name), CLIENT if how != "withdrawn" else FREELANCER
        side = self.who(who, right)
        by: dict[str, Any] = {"by": self.people[side], "at": self.at + timedelta(minutes=1)}
        if how == "approve":
            self.act(
                room.may_approve(name, side),
                lambda: release.approve(self.session, submission, **by),
                lambda upcoming: self.approved(room, name, upcoming),
            )
        elif how == "withdrawn":
            self.act(
                room.may_decide(name, side, FREELANCER),
                lambda: submissions.withdraw(self.session, submission, **by),
                lambda _: room.decide(name, how),
            )
        else:
            self.act(
                room.may_decide(name, side, CLIENT),
                lambda: submissions.request_changes(self.session, submission, reason="x", **by),
                lambda _: room.decide(name, how),
            )

    def approved(self, room: Room, name: str, upcoming: Milestone | None) -> None:
        room.decide(name, "approved")
        self.world.release(room, room.handed[name][0])
        assert (upcoming.id if upcoming else None) == room.next_to_fund()

    @precondition(lambda self: self.works_where(lambda r, n: r.may_release(n, CLIENT)))
    @rule(pick=PICK, who=WHO)
    def release(self, pick: int, who: str) -> None:
        side = self.who(who, CLIENT)
        name, room = self.some_work(pick, lambda r, n: r.may_release(n, CLIENT))
        milestone, person = self.one(Milestone, name), self.people[side]
        self.act(
            room.may_release(name, side),
            lambda: release.release_without_submission(
                self.session, milestone, by=person, at=self.at
            ),
            lambda _: self.world.release(room, name),
        )

    # Money out.

    @precondition(
        lambda self: any(one.state == "pending" or now_and_then(self) for one in self.world.backs)
    )
    @rule(pick=PICK, who=st.sampled_from(("operator", "operator", CLIENT, "stranger")))
    def settle_refund(self, pick: int, who: str) -> None:
        backs = self.world.backs
        moving = self.choose(pick, [one for one in backs if one.state == "pending"], backs)
        alike = select(Refund).where(
            Refund.provider == "bank",
            Refund.currency == moving.currency,
            Refund.amount_minor == moving.amount,
            Refund.state == moving.state,
        )
        refund = self.session.scalars(alike.order_by(Refund.started_at).limit(1)).one()
        self.act(
            self.world.may_settle(moving, who),
            lambda: refunds.settle(self.session, refund, by=self.people[who], at=self.at),
            lambda _: self.world.sent(moving),
        )

    @precondition(lambda self: any(self.world.balance.values()) or now_and_then(self))
    @rule(
        who=st.sampled_from((CLIENT, FREELANCER)),
        currency=CURRENCIES,
        share=st.sampled_from((0, 1, 2, 2, 3)),
        own=st.booleans(),
    )
    def ask_payout(self, who: str, currency: str, share: int, own: bool) -> None:
        some = [one for one, amount in self.world.balance.items() if amount]
        if some and own:
            who, currency = some[0]
        amount = self.world.balance[who, currency] * share // 2 - (share == 0)
        self.act(
            self.world.may_ask(who, currency, amount),
            lambda: payouts.ask(self.session, self.people[who], amount, currency, at=self.at),
            lambda payout: self.world.ask(payout.id, who, currency, amount),
        )

    @precondition(
        lambda self: any(
            one.state == "pending" or now_and_then(self) for one in self.world.payouts.values()
        )
    )
    @rule(pick=PICK, who=st.sampled_from(("operator", "operator", CLIENT, FREELANCER, "stranger")))
    def settle_payout(self, pick: int, who: str) -> None:
        name, moving = self.some_payout(pick)
        payout, person = self.one(Payout, name), self.people[who]
        self.act(
            self.world.may_settle(moving, who),
            lambda: payouts.settle(self.session, payout, by=person, at=self.at),
            lambda _: self.world.sent(moving),
        )

    @precondition(
        lambda self: any(
            one.state == "pending" or now_and_then(self) for one in self.world.payouts.values()
        )
    )
    @rule(pick=PICK, who=st.sampled_from((CLIENT, FREELANCER, "operator")))
    def cancel_payout(self, pick: int, who: str) -> None:
        name, moving = self.some_payout(pick)
        payout, person = self.one(Payout, name), self.people[who]
        self.act(
            moving.state == "pending" and moving.what == who,
            lambda: payouts.cancel(self.session, payout, by=person, at=self.at),
            lambda _: self.world.take_back(moving),
        )

    def some_payout(self, pick: int) -> tuple[str, Any]:
        every = list(self.world.payouts.items())
        waiting = [one for one in every if one[1].state == "pending"]
        return self.choose(pick, waiting, every)  # type: ignore[no-any-return]
