"""Clara's bookshop: a dispute (`covers`), money asked back, a fee, an invoice, a prefund.

And what lies on the operator's table: a case to rule, money to confirm, to place and to send.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.demo import covers, tables
from app.demo.cast import Cast
from app.demo.teller import Teller
from app.engagement.models import Engagement
from app.escrow.bank import importing, placing
from app.escrow.bank.lines import Line, Statement
from app.escrow.bank.models import BankEntry
from app.escrow.incoming import bonus, settling
from app.escrow.milestones import part
from app.escrow.models import Payment
from app.escrow.outgoing import payouts
from app.escrow.papers import invoices
from app.jobs import inviting
from app.jobs.posting import JobDraft
from app.kernel import clock
from app.people import accounts, board

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BANK_ACCOUNT = "Acme private board\nDE89 3704 0044 0532 0130 00"


@dataclass(frozen=True, slots=True)
class Begun:
    """The rooms in which money has moved by the middle of the story."""

    covers: Engagement
    cards: Engagement


def begin(teller: Teller, people: Cast, at: datetime) -> Begun:
    """From 24 days before `at` until 15 days before it."""
    return Begun(covers.begin(teller, people, at - 24 * DAY), _cards(teller, people, at - 18 * DAY))


def go_on(teller: Teller, people: Cast, begun: Begun, at: datetime) -> None:
    """The last week, ending at `at`."""
    coming = covers.dispute(teller, people, begun.covers, at - 148 * HOUR)
    _wine(teller, people, at - 147 * HOUR)
    _charge_a_fee(teller, people, at - 71 * HOUR)
    _poster(teller, people, at)
    _asked_back(teller, people, begun.cards, at - 25 * HOUR)
    _vouchers(teller, people, at)
    _bank_statement(teller, people, coming, at - 3 * HOUR)


def _cards(teller: Teller, people: Cast, start: datetime) -> Engagement:
    """A card index is being typed in."""
    clara, mei = people.clara, people.mei
    draft = JobDraft(
        title="Our card index as a database",
        currency="USD",
        description="Three drawers of cards, written over forty years, for 2,400 used books.",
        skills=("access",),
        category="Software",
    )
    job = teller.post(clara, draft, start - 2 * DAY)
    letter = "I would photograph the cards first, so that they never leave the shop."
    proposal = teller.propose(job, mei, tables.CARDS, letter, start - DAY)
    room = teller.agree(proposal, clara, mei, start)
    teller.fund(room, 1, clara, start + HOUR)
    plan = teller.submit(room, 1, mei, "Three tables, and why.", start + 2 * DAY)
    teller.approve(plan, clara, start + 2 * DAY + 4 * HOUR)
    teller.fund(room, 2, clara, start + 2 * DAY + 5 * HOUR)
    teller.report(room, mei, "The first drawer is in.", 900, 2, 35, start + 6 * DAY)
    return room


def _asked_back(teller: Teller, people: Cast, room: Engagement, at: datetime) -> None:
    """Two drawers of three are paid; for the third, the client asks the rest back."""
    note = "Two drawers are in. The cards of the third are too faded to be read."
    cards = teller.submit(room, 2, people.mei, note, at - DAY)
    reason = (
        "Two drawers of three, and typed beautifully. The third we leave: I cannot read it "
        "either. Please let me have its share back."
    )
    part.release_part(
        teller.session, cards, 20000, rest=part.ASK_BACK, reason=reason, by=people.clara, at=at
    )


def _charge_a_fee(teller: Teller, people: Cast, at: datetime) -> None:
    """From now on the board keeps five percent, and says where bank transfers come to."""
    session, olga = teller.session, people.olga
    board.set_account(session, "USD", BANK_ACCOUNT, by=olga, at=at)
    board.charge(
        session, rate=5000, minimum_minor=100, tax_rate=19000, tax_words="VAT DE 123 456 789",
        billing="Acme GmbH\nTorstrasse 1\n10119 Berlin", by=olga, at=at,
    )  # fmt: skip


def _poster(teller: Teller, people: Cast, at: datetime) -> None:
    """Finished in two days, with a fee, a bonus and an invoice; a payout is asked for."""
    session, clara, iker = teller.session, people.clara, people.iker
    draft = JobDraft(
        title="Poster for a reading",
        currency="USD",
        description="An evening with three poets. Two colours are enough.",
        skills=("print", "layout"),
        category="Design",
    )
    job = teller.post(clara, draft, at - 80 * HOUR)
    letter = "Grey paper and one strong red. You would have it the day after tomorrow."
    proposal = teller.propose(job, iker, tables.POSTER, letter, at - 76 * HOUR)
    room = teller.agree(proposal, clara, iker, at - 70 * HOUR)
    teller.fund(room, 1, clara, at - 69 * HOUR)
    teller.say(room, clara, "One poet is ill! It is two now, and a cellist.", at - 52 * HOUR)
    teller.say(room, iker, "Then the red becomes a bow. Give me the evening.", at - 51 * HOUR)
    poster = teller.submit(room, 1, iker, "With the cellist, in print size.", at - 44 * HOUR)
    teller.approve(poster, clara, at - 42 * HOUR)
    paid = bonus.start(
        session, room, 3000, milestone=teller.milestone(room, 1), provider="test",
        comment="For the evening that the cellist cost you.", by=clara, at=at - 41 * HOUR,
    )  # fmt: skip
    settling.settle_test_money(session, paid, by=clara, at=at - 41 * HOUR)
    teller.rate(room, clara, 5, "Never have I seen a poster change so fast.", at - 40 * HOUR)
    accounts.set_money(
        session, iker, payout_account="ES91 2100 0418 4502 0005 1332", payout_holder="Iker Sainz",
        billing="Calle Mayor 4\n31001 Pamplona", tax_rate=21000, tax_words="IVA ES 12345678Z",
        at=at - 39 * HOUR,
    )  # fmt: skip
    accounts.set_money(
        session, clara, payout_account="", billing="Weiss Books\nLange Gasse 12\n1080 Vienna",
        at=at - 39 * HOUR,
    )  # fmt: skip
    released = {one.event_id for one in invoices.to_invoice(session, room)}
    invoices.issue(session, room, released, by=iker, at=at - 38 * HOUR)
    payouts.ask(session, iker, 40000, "USD", at=at - 37 * HOUR)


def _vouchers(teller: Teller, people: Cast, at: datetime) -> None:
    """By invitation; the first part is paid in already while the terms wait for the freelancer."""
    clara, iker = people.clara, people.iker
    draft = JobDraft(
        title="Gift vouchers",
        currency="USD",
        description="For birthdays, in the manner of your poster.",
        skills=("print",),
        category="Design",
        audience="invited",
    )
    job = teller.post(clara, draft, at - 30 * HOUR)
    note = "Would you carry the red on?"
    inviting.invite(teller.session, job, iker, by=clara, at=at - 30 * HOUR, note=note)
    letter = "With pleasure. On cream card, and numbered, so that nobody copies them."
    proposal = teller.propose(job, iker, tables.VOUCHERS, letter, at - 27 * HOUR)
    note = "I have paid the design in, so that you can begin as soon as you accept."
    terms = teller.select(proposal, clara, note, at - 23 * HOUR)
    teller.prefund(terms, 1, clara, at - 22 * HOUR)


def _wine(teller: Teller, people: Cast, at: datetime) -> None:
    """Somebody else's money came by mistake; the operator put it in suspense."""
    day = clock.day_in(at, people.olga.zone)
    wine = Line(
        day, "USD", 4500, name="Hofer Winery", other_account="AT48 3200 0000 1234 5864",
        text="Invoice 2214, twelve bottles",
    )  # fmt: skip
    _import(teller, people, "last-week.xml", at, wine)
    theirs = BankEntry.name == wine.name, BankEntry.state == "new"
    for entry in teller.session.scalars(select(BankEntry).where(*theirs)).all():
        placing.hold(teller.session, entry, by=people.olga, at=at + HOUR)


def _bank_statement(teller: Teller, people: Cast, coming: Payment, at: datetime) -> None:
    """An expected line, one without a reference, and the bank's own.

    Ana has begun no payment yet. Once she begins one by bank transfer, hers can be confirmed by
    that reference.
    """
    day = clock.day_in(at, people.olga.zone)
    _import(
        teller, people, "this-week.xml", at,
        Line(day, "USD", coming.amount_minor, name="Clara Weiss",
             other_account="AT61 1904 3002 3457 3201", text=f"{coming.reference} reading room"),
        Line(day, "USD", 20000, name="Ana Ruiz", other_account="ES79 2100 0813 6101 2345 6789",
             text="Orders database, the first part. Thank you!"),
        Line(day, "USD", -490, text="Account fee"),
    )  # fmt: skip


def _import(teller: Teller, people: Cast, name: str, at: datetime, *lines: Line) -> None:
    statement = Statement("CAMT.053", BANK_ACCOUNT.split("\n")[1].replace(" ", ""), lines)
    importing.keep(teller.session, [statement], file_name=name, by=people.olga, at=at)
