"""Every form of the board, with what is typed well into it and what is not."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from tests.demo_board import DATABASE, Demo
from tests.web.bad_input import (
    AMOUNTS,
    CHOICES,
    DAYS,
    FEW_AMOUNTS,
    FEW_DAYS,
    FIRST_ROW,
    LINES,
    LONG,
    MAILS,
    SIGNS,
    Sheet,
    each,
    few_rows,
    rows,
)

PROFILE = {"name": "Ana Ruiz", "headline": "Bread & print", "about": "I bake.\r\n\r\nAnd print."}
JOB = {
    "title": "A <b>sign</b> & more", "description": "One.\r\n\r\n\r\n- two", "category": "Design",
    "skills": "print, signs", "budget_low": "1,000.5", "budget_high": "2000", "currency": "USD",
    "closes_on": "2027-05-01", "invite": "ben@example.org", "questions": "When?\r\nHow much?",
}  # fmt: skip
JOB_WRONG = (
    *each("title", (*LINES, "", "x" * 121)),
    *each("description", SIGNS),
    *each("budget_low", FEW_AMOUNTS),
    *each("budget_high", (*FEW_AMOUNTS, "999.99")),
    *each("closes_on", FEW_DAYS),
    *each("invite", (*SIGNS, "nobody who is known")),
)
NEW_JOB_WRONG = (
    *JOB_WRONG,
    *each("category", LINES),
    *each("skills", LINES),
    *each("budget_low", AMOUNTS),
    *each("closes_on", (*DAYS, "2001-01-01")),
    *each("audience", CHOICES),
    *each("currency", CHOICES),
    *each("questions", SIGNS),
)
ROOM = "/workrooms/{room}"
DONE = "/workrooms/{done}"

SHEETS = (
    Sheet("post a job", "ana", "/jobs/new", "/jobs/new",
          NEW_JOB_WRONG, JOB),
    Sheet("edit a job", "ana", "/jobs/{menu}/edit", "/jobs/{menu}/edit", JOB_WRONG, JOB),
    Sheet("invite to a job", "ana", "/jobs/{menu}/invitations/new", "/jobs/{menu}/invitations",
          (*each("invite", (*SIGNS, "", "nobody who is known")), *each("note", SIGNS)),
          {"invite": "rosa@example.org", "note": "Come & see"}),
    Sheet("invite a person", "ana", "/people/{rosa}/invitations/new",
          "/people/{rosa}/invitations", (*each("note", SIGNS), *each("job", CHOICES)),
          {"job": "{menu}", "note": "Come & see"}),
    Sheet("propose", "ben", "/jobs/{poster}/proposals/new", "/jobs/{poster}/proposals/new",
          (*rows(), *each("letter", SIGNS), *each("delivery_on", FEW_DAYS),
           *each("answer_1", SIGNS)),
          FIRST_ROW | {"letter": "Dear Ana,\r\n\r\nyes.", "answer_1": "In May.",
                       "delivery_on": "2027-05-01"}),
    Sheet("edit a proposal", "ben", "/proposals/{bens}/edit", "/proposals/{bens}/edit",
          (*few_rows(), *each("letter", SIGNS), *each("delivery_on", FEW_DAYS)),
          FIRST_ROW | {"letter": "Dear Ana,\r\n\r\nyes.", "delivery_on": "2027-05-01"}),
    Sheet("decline a proposal", "ana", "/proposals/{meis}/declination",
          "/proposals/{meis}/declination", each("words", SIGNS)),
    Sheet("note on a proposal", "ana", "/jobs/{menu}/proposals", "/proposals/{meis}/note",
          each("note", SIGNS)),
    Sheet("message about a proposal", "ana", "/proposals/{meis}", "/proposals/{meis}/messages",
          each("body", (*SIGNS, ""))),
    Sheet("message in a workroom", "ana", ROOM + "/messages", ROOM + "/messages",
          each("body", (*SIGNS, "", "  \r\n "))),
    Sheet("terms", "ana", "/workrooms/{database}/terms?change", "/workrooms/{database}/terms",
          (*few_rows(), *few_rows("m-3"), *each("note", SIGNS),
           *each("review_days", ("0", "31", "-1", "1e1", "soon", "00000003" + "0" * 9, "\x00"))),
          {"note": "Hello,\r\n\r\nas we said & wrote.", "review_days": "7"}),
    Sheet("decline terms", "ana", ROOM + "/terms", "/revisions/{revision}/declination",
          each("reason", (*SIGNS, ""))),
    Sheet("end", "ana", "/workrooms/{database}/ending", "/workrooms/{database}/ending",
          each("reason", SIGNS)),
    Sheet("fund", "ana", "/milestones/{fundable}/funding", "/milestones/{fundable}/funding",
          (*each("method", CHOICES), *each("comment", LINES),
           *each("also", ("nonsense", "{submitted}", "{theirs}", "\x00"))),
          {"comment": "From the bakery & me"}),
    Sheet("make a payment", "ana", "/payments/new?job={database}", "/payments",
          (*each("method", CHOICES), *each("comment", LINES),
           *each("milestone", ("nonsense", "{submitted}", "{theirs}", "\x00")),
           *each("job", ("nonsense", "{theirs_room}", ""), status=404)),
          {"comment": "From the bakery & me"}),
    Sheet("submit work", "iker", "/milestones/{to_submit}/submissions/new",
          "/milestones/{to_submit}/submissions",
          (*each("note", SIGNS),
           *each("link", (*LINES, "nonsense", "javascript:alert(1)", "https://", "http://["))),
          {"note": "Here.\r\n\r\nAll.", "link": "https://example.org/work"}),
    Sheet("open a dispute", "iker", "/milestones/{to_submit}/disputes/new",
          "/milestones/{to_submit}/disputes",
          (*each("amount", (*AMOUNTS, "", "0", "100000")), *each("reason", (*SIGNS, ""))),
          {"amount": "10.00", "reason": "Late.\r\n\r\nAnd thin."}),
    Sheet("answer a dispute", "iker", "/disputes/{dispute}", "/disputes/{dispute}/answer",
          each("words", (*SIGNS, ""))),
    Sheet("offer", "iker", "/disputes/{case}", "/disputes/{case}/offers",
          each("amount", (*AMOUNTS, "", "0", "100000"))),
    Sheet("sealed number", "iker", "/disputes/{case}", "/disputes/{case}/numbers",
          each("number", (*AMOUNTS, "", "100000"))),
    Sheet("rule", "olga", "/board/disputes/{case}", "/board/disputes/{case}/ruling",
          (*each("amount", (*AMOUNTS, "", "100000")), *each("reason", (*SIGNS, ""))),
          {"amount": "10.00", "reason": "Half & half."}),
    Sheet("request changes", "ana", "/submissions/{submission}",
          "/submissions/{submission}/changes", each("reason", (*SIGNS, ""))),
    Sheet("confirm received", "olga", "/board/money", "/board/payments/{payment}/receipt",
          (*each("p{payment}-received", (*AMOUNTS, "", "0")),
           *each("p{payment}-value_on", (*FEW_DAYS, "")), *each("p{payment}-paid_by", LINES),
           *each("p{payment}-from_account", LINES), *each("p{payment}-bank_reference", LINES)),
          {"p{payment}-received": "75.00", "p{payment}-value_on": "2026-11-20",
           "p{payment}-paid_by": "Ana & Co", "p{payment}-bank_reference": "RF 18"}),
    Sheet("confirm a line", "olga", "/board/statements", "/board/entries/{entry}/confirmation",
          each("e{entry}-reference", (*LINES, "", "nonsense", "MP-2222-2222")),
          {"e{entry}-reference": "MP-7K4D-92QH"}),
    Sheet("place what is in suspense", "olga", "/board/statements",
          "/board/entries/{held}/confirmation",
          each("e{held}-reference", (*LINES, "", "nonsense", "MP-2222-2222")),
          {"e{held}-reference": "MP-7K4D-92QH"}),
    Sheet("send back", "olga", "/board/statements", "/board/entries/{held}/sending-back",
          each("b{held}-note", LINES), {"b{held}-note": "By SEPA & post"}),
    Sheet("the fee", "olga", "/board/fees", "/board/fee",
          (*each("rate", ("-1", "101", "5.1234", "1e1", "much", LONG, "\x00")),
           *each("minimum", AMOUNTS), *each("billing", SIGNS),
           *each("tax_rate", ("-1", "101", "NaN", "\x00")), *each("tax_words", LINES)),
          {"rate": "2.5", "minimum": "1.50", "billing": "Road 1\r\n\r\nBerlin"}),
    Sheet("take fees out", "olga", "/board/fees", "/board/fees/USD/taking",
          each("USD-amount", (*AMOUNTS, "", "0", "100000"))),
    Sheet("ask for a payout", "ben", "/payments", "/payouts/USD",
          each("USD-amount", (*AMOUNTS, "", "0", "100000"))),
    Sheet("report", "ben", ROOM + "/reports/new?week=2020-W05", ROOM + "/reports",
          (*each("done", (*SIGNS, "")), *each("next", SIGNS), *each("blockers", SIGNS),
           *each("hours", ("1e5", "NaN", "-1", "169", "1,2,3", "7:75", "", LONG, "\x00")),
           *each("progress_{submitted}", ("101", "-1", "half", "1e1", "\x00"))),
          {"done": "All.\r\n\r\nReally.", "hours": "7:30", "next": "Rest"}),
    Sheet("feedback", "iker", DONE + "/feedback", DONE + "/feedback",
          (*each("words", SIGNS), *each("clear_brief", ("6", "-1", "", "1e1", "\x00"))),
          {"clear_brief": "4", "words": "Good & fair.\r\n\r\nYes."}),
    Sheet("reply to feedback", "ana", "/workrooms/{brochure}/feedback",
          "/feedback/{review}/reply", each("words", (*SIGNS, ""))),
    Sheet("sign in", "", "/sign-in?next=/jobs", "/sign-in",
          (*each("email", (*MAILS, "")), *each("password", ("", LONG, "a\x00b"))),
          {"email": "ana@example.org", "password": "not it"}),
    Sheet("forgotten password", "", "/password", "/password", each("email", (*MAILS, ""))),
    Sheet("join", "", "/join", "/join",
          (*each("name", (*LINES, "")), *each("email", (*MAILS, "")),
           *each("password", ("short", LONG, "long\x00enough")), *each("zone", CHOICES),
           *each("way", CHOICES)),
          {"name": "Zoë & Co", "email": "zoe@example.org", "password": "a long password"}),
    Sheet("profile", "ana", "/settings", "/settings/profile",
          (*each("name", (*LINES, "")), *each("headline", LINES), *each("about", SIGNS),
           *each("skills", LINES), *each("way", CHOICES), *each("zone", CHOICES),
           *each("currency", CHOICES), *each("locale", CHOICES),
           *each("weekday", (*CHOICES, "7", "-1"))), PROFILE),
    Sheet("money settings", "ana", "/settings", "/settings/money",
          (*each("payout_account", (*SIGNS, "Ana DE89370400440532013001")),
           *each("payout_holder", (*LINES, "🙂")), *each("billing", SIGNS)),
          {"payout_account": "Ana\r\n\r\nIBAN DE00", "billing": "Road 1"}),
    Sheet("password", "ana", "/settings", "/settings/password",
          (*each("password", ("", "short", LONG, "long\x00enough")),
           *each("present", ("not it", LONG, "a\x00b"))),
          {"present": "not it", "password": "a long password"}),
    Sheet("board settings", "olga", "/board/settings", "/board/settings",
          (*each("name", (*LINES, "")), *each("zone", CHOICES), *each("currency", CHOICES),
           *each("contact_email", MAILS), *each("bank_account", (*SIGNS, "DE89370400440532013001")),
           *each("privacy", SIGNS), *each("conditions", SIGNS)),
          {"name": "Acme & board", "privacy": "# We\r\n\r\nkeep nothing."}),
    Sheet("board limits", "olga", "/board/settings", "/board/limits",
          (*each("tolerance_minor", AMOUNTS), *each("two_operator_minor", FEW_AMOUNTS)),
          {"tolerance_minor": "0.05"}),
    Sheet("receiving account", "olga", "/board/settings", "/board/accounts",
          (*each("for-currency", CHOICES),
           *each("for-account", (*SIGNS, "", "DE89370400440532013001"))),
          {"for-currency": "EUR", "for-account": "Acme\r\n\r\nIBAN & more"}),
    Sheet("refund that found no way", "olga", "/board/refunds/{refund}/return",
          "/board/refunds/{refund}/return", each("reason", (*LINES, "")),
          {"reason": "Closed & gone"}),
    Sheet("payout that did not arrive", "olga", "/board/payouts/{payout}/return",
          "/board/payouts/{payout}/return", each("reason", (*LINES, ""))),
    Sheet("charge-back", "olga", "/board/payments/{paid}/chargeback",
          "/board/payments/{paid}/chargeback",
          (*each("amount", (*AMOUNTS, "", "0", "75.01")), *each("reason", (*LINES, ""))),
          {"amount": "75.00", "reason": "Recall & fraud"}),
    Sheet("task", "olga", "/board/tasks", "/board/tasks/{task}/closing",
          each("t{task}-note", LINES), {"t{task}-note": "Called & wrote"}),
    Sheet("invite to the board", "olga", "/board", "/board/invitations",
          each("email", (*MAILS, "", "ana@example.org"))),
)  # fmt: skip

SETUP = Sheet(
    "set up", "", "/setup?code=setup-code", "/setup",
    (*each("board_name", (*LINES, "")), *each("name", (*LINES, "")), *each("email", (*MAILS, "")),
     *each("password", ("", "short", LONG, "long\x00enough")), *each("zone", CHOICES),
     *each("currency", CHOICES), *each("code", ("", "not it", "\x00", LONG))),
    {"board_name": "Acme & board", "name": "Olga", "email": "olga@example.org",
     "password": "a long password"},
)  # fmt: skip


def prepare(demo: Demo) -> dict[str, str]:
    """What the stories leave out, told in the board's verbs; the ids that the forms need."""
    from app.engagement.models import Engagement
    from app.escrow import accounts, work
    from app.escrow.bank import importing, placing
    from app.escrow.bank.lines import Line, Statement
    from app.escrow.bank.models import BankEntry
    from app.escrow.disputes import opening, ruling
    from app.escrow.incoming import funding
    from app.escrow.models import Milestone
    from app.escrow.office import tasks
    from app.escrow.outgoing import payouts, refunds
    from app.feedback.models import Review
    from app.kernel import clock
    from app.people import board
    from app.people.models import Board, Person
    from app.terms import ending
    from tests import people, stories

    at, ids = clock.now(), dict[str, str]()
    ana, ben, iker = (demo.person(name) for name in ("ana", "ben", "iker"))
    database = demo.room(DATABASE)

    def the(session: Any, person_id: str) -> Person:
        found: Person = session.get_one(Person, person_id)
        return found

    with demo.story() as session:
        client, worker = the(session, ana), the(session, iker)
        poster = stories.post_job(session, client, at=at, title="Poster", questions=("When?",))
        done = stories.agreed(session, client, worker, at=at, title="Flyer")
        ending.end(session, done, by=client, at=at, reason="Enough.")
        olga = the(session, demo.person("olga"))
        charge = {"minimum_minor": 0, "tax_rate": 0, "tax_words": "", "billing": "", "by": olga}
        board.charge(session, rate=10000, at=at, **charge)
        badge = stories.agreed(session, client, worker, at=at, title="Badge")
        board.charge(session, rate=0, at=at, **charge)
        stories.released(session, work.of(session, badge.id)[0], at=at)
        flag = stories.agreed(session, client, worker, at=at, title="Flag")
        first = work.of(session, flag.id)[0]
        ids["paid"] = stories.funded(session, first, at=at).id
        second = work.of(session, flag.id)[1]
        stories.funded(session, second, at=at)
        (refund,) = refunds.refund(
            session, flag, second, 500, source=accounts.held(second.id), why="ended", by=None, at=at
        )
        work.settle_state(session, second, at=at)
        payout = payouts.ask(session, the(session, ben), 100, "USD", at=at)
        task = tasks.raise_task(
            session, "payout.failed", subject=("payout", payout.id), facts={}, at=at
        )
        ids |= {"refund": refund.id, "payout": payout.id, "task": task.id}
        kite = stories.agreed(session, client, worker, at=at, title="Kite")
        string, tail = work.of(session, kite.id)[:2]
        for one in (string, tail):
            stories.funded(session, one, at=at)
        first_one, case = (
            opening.open_dispute(session, one, 5000, reason="Thin.", by=client, at=at)
            for one in (string, tail)
        )
        opening.answer(session, case, words="No.", by=worker, at=at)
        ruling.call(session, case, by=client, at=at)
        ruling.take_on(session, case, by=the(session, demo.person("olga")), at=at)
        ids |= {"dispute": first_one.id, "case": case.id}
        hatter = people.alice(session, at=at)
        others = stories.agreed(session, hatter, the(session, ben), at=at, title="Hat")
        asked = session.get_one(Milestone, demo.milestone(2, DATABASE))
        room = session.get_one(Engagement, database)
        payment = funding.start(session, room, [asked], provider="bank", by=client, at=at)
        lines = tuple(Line(at.date(), "USD", amount, text="rent") for amount in (7500, 7600))
        statement = Statement("CSV", "", lines)
        importing.keep(session, [statement], file_name="a.csv", by=olga, at=at)
        rent = select(BankEntry).where(BankEntry.text == "rent").order_by(BankEntry.amount_minor)
        entry, held = session.scalars(rent)
        placing.hold(session, held, by=olga, at=at)
        ids |= {"entry": entry.id, "held": held.id}
        row = session.get_one(Board, 1)
        board.describe(
            session, name=row.name, zone=row.zone, currency=row.currency,
            contact_email=row.contact_email, bank_account=row.bank_account, open_joining=True,
            privacy=row.privacy, conditions=row.conditions, by=the(session, demo.person("olga")),
            at=at,
        )  # fmt: skip
        ids |= {
            "poster": poster.id, "done": done.id, "to_submit": first.id, "payment": payment.id,
            "theirs": work.of(session, others.id)[0].id, "theirs_room": others.id,
        }  # fmt: skip
    about = select(Review.id).where(Review.about_id == ana)
    return ids | {
        "room": demo.room(), "database": database, "brochure": demo.room("Brochure"),
        "menu": demo.job("Menu"), "bens": demo.proposal("ben", "Menu"),
        "meis": demo.proposal("mei", "Menu"), "rosa": demo.person("rosa"),
        "revision": demo.revision("proposed"), "fundable": demo.milestone(1, DATABASE),
        "submitted": demo.milestone(3), "submission": demo.submission(),
        "review": str(demo.one(about)),
    }  # fmt: skip
