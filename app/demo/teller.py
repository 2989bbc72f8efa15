"""Short sentences for stories: each is one domain verb, said at its time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo import tables
from app.engagement.models import Engagement
from app.escrow.incoming import funding, prefunding, settling
from app.escrow.milestones import release, submissions
from app.escrow.models import Milestone, Submission
from app.feedback import reviews
from app.feedback.criteria import CRITERIA
from app.jobs import posting, proposing
from app.jobs.models import Job, Proposal
from app.kernel import clock
from app.people.models import Person
from app.talk import messages
from app.talk.models import Conversation
from app.talk.storage import Storage, Stored
from app.terms import negotiation, reads, revisions, selection
from app.terms.models import Revision
from app.workroom import reports


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells stories into a session; files go into the board's own storage."""

    session: Session
    storage: Storage

    def post(self, client: Person, draft: posting.JobDraft, at: datetime) -> Job:
        """A client posts a job."""
        return posting.post(self.session, draft, by=client, at=at)

    def propose(
        self, job: Job, who: Person, rows: tuple[tables.Row, ...], letter: str, at: datetime
    ) -> Proposal:
        """A freelancer proposes, with days that count from now."""
        lines = tables.lines(rows, clock.day_in(at, who.zone))
        draft = proposing.Draft(letter=letter, lines=lines, delivery_on=lines[-1].due)
        return proposing.send(self.session, job, draft, by=who, at=at)

    def say(
        self, place: Proposal | Engagement, who: Person, words: str, at: datetime, *files: Stored
    ) -> None:
        """Somebody says something, about a proposal or in a workroom."""
        talk = self.session.get_one(Conversation, place.conversation_id)
        stream = place.stream if isinstance(place, Engagement) else posting.stream_of(place.job_id)
        messages.post(self.session, talk, words, by=who, at=at, stream=stream, files=files)

    def file(self, name: str, content: bytes) -> Stored:
        """Bytes, kept as an upload would be."""
        return self.storage.put(BytesIO(content), len(content) + 1, name)

    def agree(
        self, proposal: Proposal, client: Person, freelancer: Person, at: datetime
    ) -> Engagement:
        """The client selects and sends the drafted terms; the freelancer accepts them."""
        room = selection.select(self.session, proposal, by=client, at=at)
        first = negotiation.send(self.session, room, by=client, at=at)
        negotiation.accept(self.session, first, by=freelancer, at=at)
        return room

    def select(self, proposal: Proposal, client: Person, note: str, at: datetime) -> Revision:
        """The client selects and sends the drafted terms with a note; they wait."""
        room = selection.select(self.session, proposal, by=client, at=at)
        draft = revisions.draft(self.session, room, by=client, at=at)
        table = [revisions.as_draft(line) for line in reads.lines(self.session, draft.id)]
        return self.change(room, client, table, note, at)

    def prefund(self, terms: Revision, position: int, client: Person, at: datetime) -> None:
        """The client puts money in for a line of their own terms while these wait."""
        room = self.session.get_one(Engagement, terms.engagement_id)
        line = reads.lines(self.session, terms.id)[position - 1]
        payment = prefunding.start(
            self.session, room, [negotiation.planned(line)], revision_id=terms.id,
            provider="test", by=client, at=at,
        )  # fmt: skip
        settling.settle_test_money(self.session, payment, by=client, at=at)

    def change(
        self,
        room: Engagement,
        who: Person,
        table: list[revisions.DraftLine],
        note: str,
        at: datetime,
    ) -> Revision:
        """One side sends changed terms."""
        draft = revisions.draft(self.session, room, by=who, at=at)
        revisions.save_draft(self.session, draft, table, review_days=None, note=note, at=at)
        return negotiation.send(self.session, room, by=who, at=at)

    def table(self, room: Engagement) -> list[revisions.DraftLine]:
        """The lines of the terms in force, as a draft begins with them."""
        force = reads.in_force(self.session, room.id)
        return (
            [revisions.as_draft(line) for line in reads.lines(self.session, force.id)]
            if force
            else []
        )

    def milestone(self, room: Engagement, position: int) -> Milestone:
        """The milestone at a position, counted from 1."""
        return self.session.scalars(
            select(Milestone).where(
                Milestone.engagement_id == room.id, Milestone.position == position
            )
        ).one()

    def fund(self, room: Engagement, position: int, client: Person, at: datetime) -> None:
        """The client funds a milestone with test money, which comes at once."""
        payment = funding.start(
            self.session, room, [self.milestone(room, position)], provider="test", by=client, at=at
        )
        settling.settle_test_money(self.session, payment, by=client, at=at)

    def submit(
        self, room: Engagement, position: int, who: Person, note: str, at: datetime, *files: Stored
    ) -> Submission:
        """The freelancer hands in a milestone."""
        return submissions.submit(
            self.session, self.milestone(room, position), note=note, files=files, by=who, at=at
        )

    def approve(self, submission: Submission, client: Person, at: datetime) -> None:
        """The client approves what was handed in."""
        release.approve(self.session, submission, by=client, at=at)

    def report(
        self, room: Engagement, who: Person, done: str, minutes: int, position: int, percent: int,
        at: datetime,
    ) -> None:  # fmt: skip
        """The freelancer's report for the week of that time."""
        progress = {self.milestone(room, position).id: percent}
        week = clock.iso_week(clock.day_in(at, who.zone))
        reports.file(
            self.session, room, week=week, done=done, minutes=minutes, next="Small sizes.",
            progress=progress, by=who, at=at,
        )  # fmt: skip

    def rate(self, room: Engagement, who: Person, stars: int, words: str, at: datetime) -> None:
        """One side leaves feedback, with the same number of stars throughout, one less for time."""
        side = "freelancer" if who.id == room.client_id else "client"
        ratings: Mapping[str, int] = {
            label: stars - (label in ("Schedule", "Decides on time")) for label in CRITERIA[side]
        }
        reviews.leave(self.session, room, ratings, words, by=who, at=at)
