"""Posting, selecting, drafting, sending, answering and ending, on the board and in the model."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import select

from app.engagement import fees
from app.engagement.fees import Fee
from app.engagement.models import Engagement
from app.jobs import proposing
from app.jobs.models import Job, Proposal
from app.jobs.proposing import LineDraft
from app.terms import ending, figures, negotiation, reads, revisions, selection
from app.terms.models import Revision
from app.terms.revisions import DraftLine
from tests.faults.actor import Actor
from tests.faults.model import CLIENT, FREELANCER, Draft, Row, Terms
from tests.faults.model_room import Room
from tests.stories import post_job

Edit = tuple[str, int, int]
"""What is done to a table: how, at which line (or work), and with which amount."""


class TermsActs(Actor):
    """Everything that begins, changes or ends an engagement."""

    def post_and_select(self, currency: str, amounts: tuple[int, ...]) -> str:
        """A job, its proposal, and Select; the engagement's name."""
        job = post_job(self.session, self.people[CLIENT], currency=currency, at=self.at)
        lines = tuple(LineDraft(f"Part {n}", "", None, a) for n, a in enumerate(amounts, 1))
        draft = proposing.Draft(letter="I can.", lines=lines, answers=())
        proposing.send(self.session, job, draft, by=self.people[FREELANCER], at=self.at)
        self.world.jobs[job.id] = "open"
        self.select(job.id, CLIENT)
        return list(self.world.rooms)[-1]

    def select(self, job: str, side: str) -> None:
        proposal = self.session.scalars(select(Proposal).where(Proposal.job_id == job)).one()

        def then(engagement: Engagement) -> None:
            rows = [
                Row(None, o.title, o.amount_minor)
                for o in proposing.lines_of(self.session, proposal)
            ]
            room = Room(job, self.one(Job, job).currency, rows)
            self.world.rooms[engagement.id] = room
            self.world.jobs[job] = "awarded"
            self.look(engagement.id, CLIENT)

        self.attempt(
            self.world.jobs[job] == "open" and side == CLIENT,
            lambda: selection.select(self.session, proposal, by=self.people[side], at=self.at),
            then,
        )

    def look(self, name: str, side: str) -> Draft:
        """A person's draft: as it was kept, or begun from what the rules say."""
        room, engagement = self.world.rooms[name], self.one(Engagement, name)
        found = revisions.draft(self.session, engagement, by=self.people[side], at=self.at)
        draft = Draft(self.rows(found), found.review_days, found.rolls)
        if (kept := room.drafts.get(side)) is not None:
            assert draft == kept
        elif (basis := room.basis(side)) is not None:
            assert (draft.days, draft.rolls) == (basis.days, basis.rolls)
            self.as_put_back(room, basis.rows, draft.rows, room.taken_away(basis.rows))
        room.drafts[side] = draft
        return draft

    def rows(self, revision: Revision) -> list[Row]:
        found = reads.lines(self.session, revision.id)
        return [Row(one.milestone_id, one.title, one.amount_minor) for one in found]

    def as_put_back(
        self, room: Room, typed: list[Row], rows: list[Row], also: Collection[str] = ()
    ) -> None:
        """The table is what was typed, with what is closed (and `also`) as it stands."""
        expected = room.put_back(typed, also)
        extra = room.left_out(expected, also)
        assert [row for row in rows if row.work not in extra] == expected
        assert {row for row in rows if row.work in extra} == {
            Row(one, room.works[one].title, room.works[one].amount) for one in extra
        }

    def save(
        self, name: str, side: str, edits: list[Edit], days: int | None, rolls: bool = False
    ) -> None:
        """Keep a table as somebody typed it."""
        room = self.world.rooms[name]
        typed = edited(room, self.look(name, side).rows, edits)
        lines = [DraftLine(row.title, "", None, row.amount, row.work) for row in typed]

        def do() -> list[Row]:
            draft = reads.draft_of(self.session, name, self.people[side].id)
            assert draft
            revisions.save_draft(
                self.session, draft, lines, review_days=days, rolls=rolls, note="", at=self.at
            )
            return self.rows(draft)

        def then(rows: list[Row]) -> None:
            self.as_put_back(room, typed, rows)
            room.drafts[side] = Draft(rows, days, rolls)

        self.attempt(True, do, then)

    def send(self, name: str, side: str) -> None:
        room, person = self.world.rooms[name], self.people[side]
        typed = self.look(name, side) if room.living else Draft([])
        countered = room.waiting

        def then(revision: Revision) -> None:
            rows = self.rows(revision)
            before = [row for row in rows if row.work in room.works]
            fresh = [row for row in rows if row.work not in room.works]
            known = {row.work: row for row in room.put_back(typed.rows) if row.work}
            assert len(fresh) == sum(row.work is None for row in room.put_back(typed.rows))
            assert all(known.get(row.work, row) == row for row in before)
            if countered:
                self.world.put_aside(room, countered, "countered")
            assert fees.named(revision) == Fee(
                *(room.fee if room.agreed else self.world.fee_for(room.currency))
            )
            sent = replace(typed, rows=rows)
            room.send(revision.id, side, sent, self.world.fee_for(room.currency), self.minutes)

        self.attempt(
            room.may_send(side, typed),
            lambda: negotiation.send(self.session, self.one(Engagement, name), by=person,
                                     at=self.at),
            then,
        )  # fmt: skip

    def accept(self, name: str, terms: Terms, side: str) -> None:
        """What the money line said beforehand is what happens."""
        room, revision = self.world.rooms[name], self.one(Revision, terms.name)
        said = figures.if_accepted(
            self.session, self.one(Engagement, name), revision.id,
            reads.lines(self.session, revision.id), rolls=revision.rolls,
        )  # fmt: skip
        assert said.prefunded_minor == sum(terms.put_in.values())
        by = self.people[side]

        def then(_: None) -> None:
            assert self.world.accept(room, terms) == (said.refund_minor, said.rolled_minor)

        self.attempt(
            room.may_accept(terms, side),
            lambda: negotiation.accept(self.session, revision, by=by, at=self.at),
            then,
        )

    def decline(self, name: str, terms: Terms, side: str) -> None:
        room, revision = self.world.rooms[name], self.one(Revision, terms.name)
        by = self.people[side]
        self.attempt(
            room.may_decline(terms, side),
            lambda: negotiation.decline(self.session, revision, by=by, at=self.at, reason="No."),
            lambda _: self.world.put_aside(room, terms, "declined"),
        )

    def withdraw_terms(self, name: str, terms: Terms, side: str) -> None:
        room, revision = self.world.rooms[name], self.one(Revision, terms.name)
        by = self.people[side]
        self.attempt(
            terms.state == "proposed" and side == terms.side,
            lambda: negotiation.withdraw(self.session, revision, by=by, at=self.at),
            lambda _: self.world.put_aside(room, terms, "withdrawn"),
        )

    def lapse(self, name: str, terms: Terms) -> None:
        """The chore asks of any terms; only old ones that wait do lapse."""
        room, revision = self.world.rooms[name], self.one(Revision, terms.name)

        def then(lapsed: bool) -> None:
            assert lapsed == self.world.may_lapse(terms, self.minutes)
            if lapsed:
                self.world.put_aside(room, terms, "lapsed")

        self.attempt(True, lambda: negotiation.lapse(self.session, revision, at=self.at), then)

    def end(self, name: str, side: str) -> None:
        room, engagement = self.world.rooms[name], self.one(Engagement, name)
        by = self.people[side]
        self.attempt(
            room.may_end(side),
            lambda: ending.end(self.session, engagement, by=by, at=self.at),
            lambda _: self.world.end(room, side),
        )

    def ask_to_end(self, name: str, side: str) -> None:
        """The client asks for all that is held, and for the end."""
        room, engagement = self.world.rooms[name], self.one(Engagement, name)
        wanted = [one for one in room.works if self.world.may_ask_back(room, one, side)]
        by = self.people[side]

        def then(_: object) -> None:
            for one in wanted:
                self.world.ask_back(room, one, "engagement", self.minutes)

        self.attempt(
            self.world.may_ask_to_end(room, side),
            lambda: ending.ask(self.session, engagement, by=by, at=self.at, reason="Plans."),
            then,
        )


def edited(room: Room, rows: list[Row], edits: list[Edit]) -> list[Row]:
    """What somebody typed: any line, closed ones too, and lines from an old page."""
    out = list(rows)
    works = list(room.works.items())
    for kind, place, amount in edits:
        spot = place % len(out) if out else 0
        if kind == "add" or not out:
            out.append(Row(None, f"New {len(works) + place}", amount))
        elif kind == "price":
            out[spot] = replace(out[spot], amount=amount)
        elif kind == "title":
            out[spot] = replace(out[spot], title=f"Title {amount}")
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
