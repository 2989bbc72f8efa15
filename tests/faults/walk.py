"""People who do what they like with terms and money, permitted or not, by chance."""

from __future__ import annotations

from datetime import datetime
from random import Random

from sqlalchemy import select

from app.escrow.incoming import bonus, confirming, funding, prefunding, settling
from app.escrow.milestones import asking_back, dormancy, part, release, submissions
from app.escrow.milestones.planning import PlannedLine
from app.escrow.models import Milestone, MoneyAsk, Payment, Payout, Refund, Submission
from app.escrow.outgoing import payouts, refunds
from app.terms import asking, ending, negotiation, reads
from app.terms.models import Revision
from tests.rooms import Room
from tests.stories import rewrite

ACTS = (
    *("fund", "fund", "confirm", "confirm", "cancel", "submit", "submit", "decide", "decide"),
    *("release", "propose", "prefund", "answer", "send_back", "pay_out", "bonus", "ask_back"),
    *("ask_back", "end", "clock"),
)


class Walk:
    """People who do what they like in one workroom, permitted or not."""

    def __init__(self, room: Room, chance: Random) -> None:
        self.room, self.session, self.chance = room, room.session, chance

    def someone(self) -> object:
        return self.chance.choice((self.room.client, self.room.freelancer))

    def milestone(self) -> Milestone:
        return self.chance.choice(self.room.milestones)

    def fund(self, at: datetime) -> None:
        wanted = list(dict.fromkeys(self.milestone() for _ in range(self.chance.randint(1, 2))))
        provider = self.chance.choice(("bank", "bank", "test", "balance"))
        payment = funding.start(
            self.session, self.room.engagement, wanted, provider=provider, by=self.room.client,
            at=at,
        )  # fmt: skip
        if payment.provider == "test":
            settling.settle_test_money(self.session, payment, by=self.room.client, at=at)

    def confirm(self, at: datetime) -> None:
        states = ("pending", "cancelled", "settled")
        found = select(Payment).where(Payment.state.in_(states), Payment.provider == "bank")
        payment = self.chance.choice(self.session.scalars(found.order_by(Payment.id)).all())
        factor = self.chance.choice((0.4, 1, 1, 1, 1.3))
        confirming.confirm(
            self.session, payment, received_minor=int(payment.amount_minor * factor),
            by=self.room.operator, at=at,
        )  # fmt: skip

    def cancel(self, at: datetime) -> None:
        payment = self.chance.choice(
            self.session.scalars(select(Payment).order_by(Payment.id)).all()
        )
        funding.cancel(self.session, payment, by=self.room.client, at=at)

    def submit(self, at: datetime) -> None:
        submissions.submit(self.session, self.milestone(), note="x", by=self.room.freelancer, at=at)

    def decide(self, at: datetime) -> None:
        every = self.session.scalars(select(Submission).order_by(Submission.id)).all()
        submission = self.chance.choice(every)
        act = self.chance.randint(0, 5)
        if act > 3:
            part.release_part(
                self.session, submission, self.chance.randint(1, 6000),
                rest=self.chance.choice(("keep", "ask_back")), reason="half",
                by=self.room.client, at=at,
            )  # fmt: skip
        elif act == 0:
            submissions.withdraw(self.session, submission, by=self.room.freelancer, at=at)
        elif act == 1:
            submissions.request_changes(
                self.session, submission, reason="more", by=self.room.client, at=at
            )
        else:
            release.approve(self.session, submission, by=self.room.client, at=at)

    def release(self, at: datetime) -> None:
        release.release_without_submission(
            self.session, self.milestone(), by=self.room.client, at=at
        )

    def propose(self, at: datetime) -> None:
        by = self.chance.choice((self.room.client, self.room.freelancer))
        count = len(reads.lines(self.session, self.room.engagement.terms_id or ""))
        change = {
            place: {"amount_minor": self.chance.choice((0, 2500, 7500, 12000))}
            for place in range(1, count + 1)
            if self.chance.random() < 0.3
        }
        drop = tuple(n for n in range(1, count + 1) if self.chance.random() < 0.1)
        rewrite(self.session, self.room.engagement, by, change=change, drop=drop, at=at)
        negotiation.send(self.session, self.room.engagement, by=by, at=at)

    def waiting(self) -> Revision:
        found = reads.waiting(self.session, self.room.engagement.id)
        if found is None:
            raise IndexError
        return found

    def prefund(self, at: datetime) -> None:
        revision = self.waiting()
        lines = [
            PlannedLine(
                line.milestone_id or "", line.position, line.title, "", line.due, line.amount_minor
            )
            for line in reads.lines(self.session, revision.id)
        ]
        payment = prefunding.start(
            self.session, self.room.engagement, [self.chance.choice(lines)],
            revision_id=revision.id, provider=self.chance.choice(("bank", "test", "balance")),
            by=self.room.client, at=at,
        )  # fmt: skip
        if payment.provider == "test":
            settling.settle_test_money(self.session, payment, by=self.room.client, at=at)

    def answer(self, at: datetime) -> None:
        revision = self.waiting()
        author = revision.author_id
        client, freelancer = self.room.client, self.room.freelancer
        other = freelancer if author == client.id else client
        act = self.chance.randint(0, 3)
        if act == 0:
            negotiation.decline(self.session, revision, by=other, at=at, reason="no")
        elif act == 1:
            me = client if author == client.id else freelancer
            negotiation.withdraw(self.session, revision, by=me, at=at)
        else:
            negotiation.accept(self.session, revision, by=other, at=at)

    def bonus(self, at: datetime) -> None:
        payment = bonus.start(
            self.session, self.room.engagement, self.chance.randint(1, 5000),
            milestone=self.milestone(), provider=self.chance.choice(("bank", "test", "balance")),
            by=self.room.client, at=at,
        )  # fmt: skip
        if payment.provider == "test":
            settling.settle_test_money(self.session, payment, by=self.room.client, at=at)

    def ask_back(self, at: datetime) -> None:
        if self.chance.random() < 0.5:
            asking_back.ask(
                self.session, self.room.engagement, [self.milestone()], reason="plans",
                by=self.room.client, at=at,
            )  # fmt: skip
            return
        found = select(MoneyAsk).order_by(MoneyAsk.id)
        ask = self.chance.choice(self.session.scalars(found).all())
        act = self.chance.randint(0, 3)
        if act == 0:
            asking_back.refuse(self.session, ask, reason="no", by=self.room.freelancer, at=at)
        elif act == 1:
            asking_back.withdraw(self.session, ask, by=self.room.client, at=at)
        else:
            asking.agree(self.session, ask, by=self.room.freelancer, at=at)

    def end(self, at: datetime) -> None:
        if self.chance.random() < 0.1:
            person = self.chance.choice((self.room.client, self.room.freelancer))
            ending.end(self.session, self.room.engagement, by=person, at=at)
        elif self.chance.random() < 0.2:
            ending.ask(self.session, self.room.engagement, by=self.room.client, at=at, reason="x")
        elif self.chance.random() < 0.1:
            dormancy.give_back(self.session, self.room.engagement, at=at)

    def clock(self, at: datetime) -> None:
        found = select(Submission).where(Submission.state == "waiting").order_by(Submission.id)
        release.by_clock(self.session, self.chance.choice(self.session.scalars(found).all()), at=at)

    def send_back(self, at: datetime) -> None:
        refund = self.chance.choice(self.session.scalars(select(Refund).order_by(Refund.id)).all())
        refunds.settle(self.session, refund, by=self.room.operator, at=at)

    def pay_out(self, at: datetime) -> None:
        if self.chance.random() < 0.5:
            person = self.chance.choice((self.room.client, self.room.freelancer))
            payouts.ask(self.session, person, self.chance.randint(1, 9000), "USD", at=at)
            return
        payout = self.chance.choice(self.session.scalars(select(Payout).order_by(Payout.id)).all())
        payouts.settle(self.session, payout, by=self.room.operator, at=at)

    def step(self, at: datetime) -> str:
        """Something by chance; its name. Raises Refused, NotFound or IndexError where it is not."""
        act = self.chance.choice(ACTS)
        getattr(self, act)(at)
        return act
