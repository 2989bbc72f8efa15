"""A workroom whose terms both sides accepted, and its money moved on in the board's own verbs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, ledger, work
from app.escrow.incoming import confirming, funding
from app.escrow.milestones import release, submissions
from app.escrow.models import Account, Milestone, Payment, Submission
from app.jobs.proposing import LineDraft
from app.people.models import Person
from app.terms import negotiation, selection
from app.terms.models import Revision
from tests.people import alice, bob, olga
from tests.stories import LOGO, NOON, post_job, propose


@dataclass
class Room:
    """An engagement and its people; `milestones` in the order of the terms."""

    session: Session
    engagement: Engagement
    client: Person
    freelancer: Person
    operator: Person

    @property
    def milestones(self) -> list[Milestone]:
        return work.of(self.session, self.engagement.id)

    def stands(self, account: accounts.AccountName) -> int:
        return ledger.balance(self.session, account, self.engagement.currency)

    def held(self, milestone: Milestone) -> int:
        return self.stands(accounts.held(milestone.id))

    def balance(self, person: Person) -> int:
        return self.stands(accounts.balance(person.id))


def prefunded(session: Session, revision: Revision) -> int:
    """What is put in for a waiting revision, in minor units, as the ledger has it."""
    mine = Account.name.startswith(f"prefunded:{revision.id}:", autoescape=True)
    return int(session.scalar(select(func.sum(Account.balance)).where(mine)) or 0)


def negotiated(
    session: Session,
    *,
    lines: tuple[LineDraft, ...] = LOGO,
    currency: str = "USD",
    at: datetime = NOON,
) -> Room:
    """Bob's proposal is selected by Alice; nothing is agreed yet."""
    client, freelancer = alice(session), bob(session)
    job = post_job(session, client, at=at, currency=currency)
    proposal = propose(session, job, freelancer, lines=lines, at=at)
    engagement = selection.select(session, proposal, by=client, at=at)
    return Room(session, engagement, client, freelancer, olga(session))


def agreed(
    session: Session,
    *,
    lines: tuple[LineDraft, ...] = LOGO,
    currency: str = "USD",
    at: datetime = NOON,
) -> Room:
    """Alice sent the drafted terms, and Bob accepted them."""
    room = negotiated(session, lines=lines, currency=currency, at=at)
    revision = negotiation.send(session, room.engagement, by=room.client, at=at)
    negotiation.accept(session, revision, by=room.freelancer, at=at)
    return room


def pays(
    room: Room, milestone: Milestone, *, received: int | None = None, at: datetime = NOON
) -> Payment:
    """Alice starts a bank transfer, and Olga confirms that it came (all of it, or `received`)."""
    payment = funding.start(
        room.session, room.engagement, [milestone], provider="bank", by=room.client, at=at
    )
    amount = payment.amount_minor if received is None else received
    confirming.confirm(room.session, payment, received_minor=amount, by=room.operator, at=at)
    return payment


def submits(room: Room, milestone: Milestone, *, at: datetime = NOON) -> Submission:
    """Bob hands in what he made."""
    return submissions.submit(
        room.session, milestone, note="Here it is.", by=room.freelancer, at=at
    )


def through(room: Room, milestone: Milestone, *, at: datetime = NOON) -> None:
    """Funded, submitted, approved."""
    pays(room, milestone, at=at)
    release.approve(room.session, submits(room, milestone, at=at), by=room.client, at=at)
