"""The demo board's stories, told in the board's own verbs at times before now.

A logo in the middle of a change of terms with a milestone submitted; a database that waits for
its first funding; a brochure finished with feedback; a job with four proposals to compare; and a
bookshop, whose money does not always go the straight way.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, not_, or_, select
from sqlalchemy.orm import Session

from app.adapters.storage_local import LocalStorage
from app.demo import bookshop, tables
from app.demo.cast import PASSWORD, WHO, Cast, gather
from app.demo.teller import Teller
from app.escrow.disputes.models import Dispute
from app.escrow.models import Milestone, Submission
from app.jobs.posting import JobDraft
from app.kernel import clock
from app.kernel.events import Event, Untold

__all__ = ["PASSWORD", "WHO", "tell"]

MARK = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
<circle cx="32" cy="32" r="28" fill="none" stroke="#14603f" stroke-width="4"/>
<path fill="none" stroke="#14603f" stroke-width="4"
 d="M32 14v38M32 28q-10 0-10-9m10 9q10 0 10-9M32 42q-10 0-10-9m10 9q10 0 10-9"/></svg>
"""
"""The wheat mark of the story, drawn for it."""

BRIEF = b"""A bakery since 1962, in the old town.
The logo goes on paper bags (one colour), the shop front and the web page.
Please: nothing with a chef's hat.
"""


def tell(session: Session, *, at: datetime, files_dir: Path, tag: str = "") -> None:
    """Fill an empty board. Runs in the caller's unit of work.

    Money moves in the order of its times, as on any board: a month of a statement is a piece of
    the ledger.

    Args:
        at: now; the stories end here.
        files_dir: where the board keeps files.
        tag: tells everything once more, for other people (benchmarks).
    """
    start = at - timedelta(days=40)
    people = gather(session, at=start, tag=tag)
    teller = Teller(session, LocalStorage(files_dir))
    _brochure(teller, people, start)
    begun = bookshop.begin(teller, people, at)
    _logo(teller, people, at - timedelta(days=14))
    _database(teller, people, at - timedelta(days=3))
    _menu(teller, people, at - timedelta(days=2))
    bookshop.go_on(teller, people, begun, at)
    _forget_old_news(session, at)


def _brochure(teller: Teller, people: Cast, start: datetime) -> None:
    """Finished: two releases, a checkpoint, feedback from both."""
    ana, iker = people.ana, people.iker
    day = timedelta(days=1)
    job = teller.post(
        ana,
        JobDraft(
            title="Brochure for a wedding menu",
            currency="USD",
            description="Eight pages, for print. Our words, your layout.",
            skills=("print", "layout"),
            category="Design",
        ),
        start,
    )
    proposal = teller.propose(
        job, iker, tables.BROCHURE, "I have set menus for twenty restaurants.", start + day
    )
    teller.say(proposal, ana, "Can you work with our printer's paper?", start + day)
    teller.say(proposal, iker, "Yes, I know them well.", start + 1.5 * day)
    room = teller.agree(proposal, ana, iker, start + 2 * day)
    teller.fund(room, 1, ana, start + 2 * day)
    first = teller.submit(room, 1, iker, "The outline, with all prices.", start + 5 * day)
    teller.approve(first, ana, start + 6 * day)
    agreed = teller.submit(room, 2, iker, "As we said on the phone.", start + 7 * day)
    teller.approve(agreed, ana, start + 7 * day)
    teller.fund(room, 3, ana, start + 8 * day)
    last = teller.submit(room, 3, iker, "Ready for the printer.", start + 13 * day)
    teller.approve(last, ana, start + 14 * day)
    teller.rate(room, ana, 5, "Calm, exact, on time but for one day.", start + 15 * day)
    teller.rate(room, iker, 5, "Knew what she wanted, and paid the same day.", start + 16 * day)


def _logo(teller: Teller, people: Cast, start: datetime) -> None:
    """Two milestones released, the third submitted, and Ben proposes a change of terms."""
    ana, ben = people.ana, people.ben
    day = timedelta(days=1)
    job = teller.post(
        ana,
        JobDraft(
            title="Logo design for a bakery",
            currency="USD",
            description="A mark for paper bags, the shop front and the web.\n\n"
            "- one colour must be enough\n- it must hold at stamp size",
            skills=("logo", "print"),
            category="Design",
            budget_low_minor=30000,
            budget_high_minor=50000,
        ),
        start - 3 * day,
    )
    letter = (
        "I draw marks that work in small sizes.\n\nSix concepts first, then two rounds on yours."
    )
    proposal = teller.propose(job, ben, tables.LOGO, letter, start - 2 * day)
    brief = teller.file("brief.txt", BRIEF)
    teller.say(proposal, ana, "I like your bread labels. Here is our brief.", start - day, brief)
    teller.say(proposal, ben, "Thank you! No chef's hats, understood.", start - 0.9 * day)
    teller.say(proposal, ana, "Could you begin this week?", start - 0.8 * day)
    teller.say(proposal, ben, "On Monday.", start - 0.7 * day)
    room = teller.agree(proposal, ana, ben, start)
    teller.fund(room, 1, ana, start + 0.1 * day)
    deposit = teller.submit(
        room, 1, ben, "The start fee; I have booked the days.", start + 0.2 * day
    )
    teller.approve(deposit, ana, start + 0.3 * day)
    teller.fund(room, 2, ana, start + 0.4 * day)
    teller.say(room, ben, "Concepts by Thursday.", start + 2 * day)
    teller.report(room, ben, "Six sketches drawn.", 420, 2, 60, start + 4 * day)
    concepts = teller.submit(
        room, 2, ben,
        "Six sketches in black, two of them in colour. Numbers 2 and 4 hold up best at stamp size.",
        start + 6 * day, teller.file("concept-4.svg", MARK),
    )  # fmt: skip
    teller.approve(concepts, ana, start + 7 * day)
    teller.fund(room, 3, ana, start + 7.1 * day)
    teller.say(room, ana, "Number 4, with the wheat. Lovely.", start + 7.2 * day)
    teller.report(room, ben, "Revision one drawn.", 540, 3, 80, start + 11 * day)
    teller.say(room, ben, "Revision one is up. I kept the wheat mark.", start + 12 * day)
    teller.submit(
        room, 3, ben, "The wheat mark from concept 4, with the name in the wider face.",
        start + 12 * day, teller.file("logo-rev1.svg", MARK.replace(b"#14603f", b"#222222")),
    )  # fmt: skip
    teller.say(room, ana, "I will check the small sizes tomorrow.", start + 12.2 * day)
    table = teller.table(room)
    table[3] = replace(
        table[3], title="2nd revision and shop-front artwork", amount_minor=13500,
        due=_later(table[3].due, 2),
    )  # fmt: skip
    table[4] = replace(table[4], due=_later(table[4].due, 4))
    note = "The shop front needs its own artwork, so I widened the second revision."
    teller.change(room, ben, table, note, start + 13.5 * day)


def _database(teller: Teller, people: Cast, start: datetime) -> None:
    """Terms agreed; waits for its first funding."""
    ana, mei = people.ana, people.mei
    job = teller.post(
        ana,
        JobDraft(
            title="Access database for orders",
            currency="USD",
            description="Orders and customers, now in one long sheet.",
            skills=("access",),
            category="Software",
        ),
        start - timedelta(days=2),
    )
    proposal = teller.propose(
        job,
        mei,
        tables.DATABASE,
        "I have moved many sheets into Access.",
        start - timedelta(days=1),
    )
    teller.say(proposal, ana, "Is training included?", start - timedelta(hours=20))
    teller.say(proposal, mei, "An hour at the release, yes.", start - timedelta(hours=18))
    teller.agree(proposal, ana, mei, start)


def _menu(teller: Teller, people: Cast, start: datetime) -> None:
    """Four proposals to compare."""
    ana = people.ana
    job = teller.post(
        ana,
        JobDraft(
            title="Menu photography",
            currency="USD",
            description="Twenty dishes, natural light, one day in the restaurant.",
            skills=("photography",),
            category="Photography",
            budget_high_minor=100000,
            closes_on=clock.day_in(start, ana.zone) + timedelta(days=12),
        ),
        start,
    )
    letters = {
        "mei": "I shoot on a north-facing table, without flash.",
        "ben": "We know each other from the logo; I also photograph.",
        "iker": "One price, all in.",
        "rosa": "Food is all I photograph.",
    }
    for hours, (name, letter) in enumerate(letters.items(), start=3):
        who = getattr(people, name)
        proposal = teller.propose(
            job, who, tables.MENU[name], letter, start + timedelta(hours=hours)
        )
        if name == "mei":
            teller.say(proposal, ana, "What about retouching?", start + timedelta(hours=8))


def _later(day: date | None, days: int) -> date | None:
    return day + timedelta(days=days) if day else None


def _forget_old_news(session: Session, at: datetime) -> None:
    """Only what still waits is told in letters, and the newest day's events."""
    undisputed = Submission.milestone_id.not_in(select(Dispute.milestone_id))
    waits = or_(
        Event.subject_id.in_(
            select(Submission.id).where(Submission.state == "waiting", undisputed)
        ),
        (Event.kind == "milestone.fundable")
        & Event.subject_id.in_(select(Milestone.id).where(Milestone.state == "planned")),
    )
    old = select(Event.id).where(Event.at < at - timedelta(days=1), not_(waits))
    session.execute(delete(Untold).where(Untold.event_id.in_(old)))
