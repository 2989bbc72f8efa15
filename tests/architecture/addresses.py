"""Every address of the board, with real ids of the demo's logo room in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from tests.demo_board import DATABASE, Demo

TEACH = (
    "The route {rule} has an id called “{name}” that tests/architecture/addresses.py does not "
    "know. Teach it: add a line to IDS that gives a real one of Ana and Ben's logo room."
)


@dataclass(frozen=True)
class Address:
    """One thing that can be asked: method and path, and the route that answers."""

    method: str
    path: str
    endpoint: str
    rule: str


def _file(demo: Demo) -> str:
    from app.talk.models import File

    return str(demo.one(select(File.id).where(File.name == "logo-rev1.svg")))


def _ask(demo: Demo) -> str:
    from app.escrow.models import MoneyAsk

    return str(demo.one(select(MoneyAsk.id).where(MoneyAsk.engagement_id == demo.room(DATABASE))))


def _dispute(demo: Demo) -> str:
    from app.escrow.disputes.models import Dispute

    return str(demo.one(select(Dispute.id).where(Dispute.engagement_id == demo.room())))


def _payment(demo: Demo) -> str:
    from app.escrow.models import Payment

    return str(demo.one(select(Payment.id).where(Payment.engagement_id == demo.room())))


def _payout(demo: Demo) -> str:
    from app.escrow.models import Payout

    return str(demo.one(select(Payout.id).where(Payout.person_id == demo.person("ben"))))


def _refund(demo: Demo) -> str:
    from app.escrow.models import Refund

    return str(demo.one(select(Refund.id)))


def _invoice(demo: Demo) -> str:
    from app.escrow.papers.models import Invoice

    return str(demo.one(select(Invoice.id).where(Invoice.engagement_id == demo.room())))


def _fee_invoice(demo: Demo) -> str:
    from app.escrow.papers.models import FeeInvoice

    return str(demo.one(select(FeeInvoice.id)))


def _receipt(demo: Demo) -> str:
    from app.escrow.models import Transfer
    from app.kernel.events import Event

    moved = select(Event.number).join(Transfer, Transfer.event_id == Event.id)
    return str(demo.one(moved.where(Event.stream == f"engagement:{demo.room()}")))


def _entry(demo: Demo) -> str:
    from app.escrow.bank.models import BankEntry

    return str(demo.one(select(BankEntry.id)))


def _export(demo: Demo) -> str:
    from app.escrow.bank.models import BankExport

    return str(demo.one(select(BankExport.id)))


def _task(demo: Demo) -> str:
    from app.escrow.office.models import Task

    return str(demo.one(select(Task.id)))


def _preparation(demo: Demo) -> str:
    from app.escrow.office.models import Preparation

    return str(demo.one(select(Preparation.id)))


def _review(demo: Demo) -> str:
    from app.feedback.models import Review

    return str(demo.one(select(Review.id).where(Review.about_id == demo.person("ana"))))


def _sign_in(demo: Demo) -> str:
    from app.people.models import SignIn

    whose = SignIn.person_id == demo.person("ana")
    return str(demo.one(select(SignIn.digest).where(whose)))[:12]


def _import(demo: Demo) -> str:
    from app.escrow.bank.models import BankImport

    return str(demo.one(select(BankImport.id).where(BankImport.state == "asking")))


IDS: dict[str, Callable[[Demo], str]] = {
    "room_id": Demo.room,
    "engagement_id": Demo.room,
    "milestone_id": lambda demo: demo.milestone(3),
    "submission_id": Demo.submission,
    "revision_id": lambda demo: demo.revision("proposed"),
    "old_id": lambda demo: demo.revision("accepted"),
    "new_id": lambda demo: demo.revision("proposed"),
    "proposal_id": lambda demo: demo.proposal("ben"),
    "job_id": lambda demo: demo.job("A secret job"),
    "person_id": lambda demo: demo.person("ana"),
    "file_id": _file,
    "ask_id": _ask,
    "dispute_id": _dispute,
    "payment_id": _payment,
    "payout_id": _payout,
    "refund_id": _refund,
    "entry_id": _entry,
    "import_id": _import,
    "header_key": lambda _demo: "no-such-header",
    "export_id": _export,
    "task_id": _task,
    "preparation_id": _preparation,
    "review_id": _review,
    "invoice_id": _invoice,
    "fee_invoice_id": _fee_invoice,
    "number": _receipt,
    "month": lambda _demo: "2026-11",
    "start": _sign_in,
    "letter_id": lambda _demo: "no-such-letter",
    "reader_id": lambda demo: demo.person("ana"),
    "family": lambda _demo: "talk",
    "proof": lambda _demo: "not-a-proof",
    "currency": lambda _demo: "USD",
    "token": lambda _demo: "not-a-token",
    "name": lambda _demo: "milestones",
}
"""What stands for each id in a route."""


def prepare(demo: Demo) -> None:
    """What the stories leave out: a private job, a payout, a refund, a sign-in of Ana's, a

    line of a bank statement, and a file for the bank. A board is prepared once.
    """
    if demo.prepared:
        return
    demo.prepared = True
    from app.engagement.models import Engagement
    from app.escrow import accounts
    from app.escrow.bank import columns, exporting, importing
    from app.escrow.bank.lines import Line, Statement
    from app.escrow.disputes import opening
    from app.escrow.incoming import funding, settling
    from app.escrow.milestones import asking_back
    from app.escrow.models import Milestone
    from app.escrow.outgoing import payouts, refunds
    from app.escrow.papers import invoices  # fmt: skip
    from app.jobs import posting
    from app.kernel import clock
    from app.people.models import Board, Person

    demo.sign_in("ana")
    ana, ben = demo.person("ana"), demo.person("ben")
    logo_id = demo.room()
    room_id, first_id = demo.room(DATABASE), demo.milestone(1, DATABASE)
    submitted_id = demo.milestone(3)
    at = clock.now()
    with demo.story() as session:
        client, worker = session.get_one(Person, ana), session.get_one(Person, ben)
        draft = posting.JobDraft(title="A secret job", currency="USD", audience="invited")
        posting.post(session, draft, by=client, at=at)
        worker.billing = "1 Harbour Street"
        logo = session.get_one(Engagement, logo_id)
        released = {one.event_id for one in invoices.to_invoice(session, logo)}
        invoices.issue(session, logo, released, by=worker, at=at)
        payouts.ask(session, worker, 100, "USD", at=at)
        room, first = session.get_one(Engagement, room_id), session.get_one(Milestone, first_id)
        payment = funding.start(session, room, [first], provider="test", by=client, at=at)
        settling.settle_test_money(session, payment, by=client, at=at)
        disputed = session.get_one(Milestone, submitted_id)
        opening.open_dispute(session, disputed, 100, reason="Thin.", by=client, at=at)
        asking_back.ask(session, room, [first], reason="a test", by=client, at=at)
        refunds.refund(
            session, room, first, 500, source=accounts.held(first_id), why="a test", by=None, at=at
        )
        olga = session.get_one(Person, demo.person("olga"))
        _pays_a_fee(session, client, worker, olga, at)
        line = Line(at.date(), "USD", 7500, name="Ana Ruiz", text="75.00 for the bakery")
        statement = Statement("CSV", "", (line,))
        importing.keep(session, [statement], file_name="a.csv", by=olga, at=at)
        table = b"Date;Amount;Currency;Reference\n2026-11-03;75.00;EUR;bakery\n"
        columns.ask(session, file_name="b.csv", content=table, header_key="key", by=olga, at=at)
        worker.payout_account = "Ben Okafor, 12345678"
        rows = exporting.ready(session, exporting.CSV, olga, lambda _account: "", at=at)
        exporting.make(session, exporting.CSV, rows, lambda _id: "Ana Ruiz", by=olga, at=at)
        row = session.get_one(Board, 1)
        row.two_operator_minor = 10
        payouts.settle(session, payouts.ask(session, worker, 50, "USD", at=at), by=olga, at=at)
        row.two_operator_minor = None


def _pays_a_fee(session: Any, client: Any, worker: Any, olga: Any, at: Any) -> None:
    """The board kept something of a small work of Ben's, and wrote him an invoice for it."""
    from app.escrow import work
    from app.escrow.incoming import funding, settling
    from app.escrow.milestones import release
    from app.escrow.papers import fee_invoices
    from app.people import board as the_board
    from app.terms import negotiation
    from tests.stories import selected

    charge = {"minimum_minor": 0, "tax_rate": 0, "tax_words": "", "by": olga, "at": at}
    the_board.charge(session, rate=5000, billing="1 Main Street", **charge)
    room = selected(session, client, worker, title="A poster", at=at)
    revision = negotiation.send(session, room, by=client, at=at)
    negotiation.accept(session, revision, by=worker, at=at)
    the_board.charge(session, rate=0, billing="1 Main Street", **charge)
    first = work.of(session, room.id)[0]
    payment = funding.start(session, room, [first], provider="test", by=client, at=at)
    settling.settle_test_money(session, payment, by=client, at=at)
    release.release_without_submission(session, first, by=client, at=at)
    day = timedelta(days=1)
    fee_invoices.issue(session, "2026-11", at - day, at + day, by=olga, at=at + day)


def every(demo: Demo, *, names: tuple[str, ...] = ()) -> Iterator[Address]:
    """All methods of all routes that hold an id (or one of `names`)."""
    known: dict[str, str] = {}
    for rule in sorted(demo.app.url_map.iter_rules(), key=str):
        given = rule.defaults or {}
        wanted = set(rule.arguments) - set(given)
        if not wanted or (names and not wanted & set(names)):
            continue
        for name in wanted - known.keys():
            assert name in IDS, TEACH.format(rule=rule, name=name)
            known[name] = IDS[name](demo)
        built = rule.build({name: known[name] for name in wanted} | given, append_unknown=False)
        assert built is not None
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Address(method, built[1], rule.endpoint, str(rule))


def plausible(demo: Demo) -> dict[str, str]:
    """What somebody might post anywhere: fields of all forms, with real ids."""
    return {
        "body": "Hello", "message": "Hello", "note": "Here it is.", "reason": "Not like this.",
        "words": "Good.", "changes": "Thinner, please.", "title": "Logo", "amount": "10.00",
        "received": "12.34", "method": "test", "job": demo.room(), "milestone": demo.milestone(3),
        "revision": demo.revision("proposed"), "seen": demo.revision("proposed"), "name": "Logo",
        "lines-0-title": "All", "lines-0-amount": "1.00", "done": "All", "hours": "3",
    }  # fmt: skip


def ask(browser: Any, address: Address, body: dict[str, str]) -> Any:
    """Send that request, with the body where the method has one."""
    if address.method == "GET":
        return browser.get(address.path)
    return browser.open(address.path, method=address.method, data=body)
