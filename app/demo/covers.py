"""Clara's catalogue: some of forty pictures are in dispute, and the arbiter is called."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.demo import tables
from app.demo.cast import Cast
from app.demo.teller import Teller
from app.engagement.models import Engagement
from app.escrow.disputes import offers, opening, ruling, sealed
from app.escrow.incoming import funding
from app.escrow.models import Payment
from app.jobs.posting import JobDraft

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REFLECTIONS = b"""Covers with a reflection, by shelf mark:
A 12, A 31, B 4, B 5, C 17, C 22, D 8, D 9, E 3, E 14, F 2
"""


def begin(teller: Teller, people: Cast, start: datetime) -> Engagement:
    """Agreed and photographed: forty covers wait for Clara's eye. Fourteen days."""
    clara, rosa = people.clara, people.rosa
    draft = JobDraft(
        title="Photographs for a catalogue",
        currency="USD",
        description="Forty book covers for our printed catalogue, and three views of the reading "
        "room.\n\nThe printer needs the covers straight on and without reflections.",
        skills=("photography", "retouching"),
        category="Photography",
    )
    job = teller.post(clara, draft, start - 3 * DAY)
    letter = "I photograph food, and books are kinder: they do not melt. I bring two soft lights."
    proposal = teller.propose(job, rosa, tables.COVERS, letter, start - 2 * DAY)
    teller.say(
        proposal, clara, "Some covers are glossy. Is that a problem?", start - 2 * DAY + 4 * HOUR
    )
    answer = "Hardly. Where there is a matt edition, please lay that one out for me."
    teller.say(proposal, rosa, answer, start - 2 * DAY + 6 * HOUR)
    room = teller.agree(proposal, clara, rosa, start)
    teller.fund(room, 1, clara, start + HOUR)
    shots = teller.submit(room, 1, rosa, "Five covers, two of them glossy.", start + 3 * DAY)
    teller.approve(shots, clara, start + 4 * DAY)
    teller.fund(room, 2, clara, start + 4 * DAY + HOUR)
    teller.report(room, rosa, "Twenty-six covers photographed.", 660, 2, 65, start + 8 * DAY)
    teller.submit(room, 2, rosa, "All forty, for print and for the web.", start + 14 * DAY)
    return room


def dispute(teller: Teller, people: Cast, room: Engagement, at: datetime) -> Payment:
    """Money for eleven pictures is disputed, and the arbiter called five days later.

    Returns the bank transfer that Clara announces meanwhile for the next milestone.
    """
    session, clara, rosa = teller.session, people.clara, people.rosa
    reason = (
        "Eleven of the forty covers show the reflection of a lamp, and our printer refuses them; "
        "the list is attached. We agreed on pictures without reflections. I would like the money "
        "for these eleven back, and gladly keep the other twenty-nine."
    )
    case = opening.open_dispute(
        session, teller.milestone(room, 2), 8800, reason=reason, by=clara, at=at,
        files=[teller.file("reflections.txt", REFLECTIONS)],
    )  # fmt: skip
    words = (
        "The eleven are glossy editions. I had asked for matt ones, and found none laid out. I "
        "have retouched four since; the other seven I would do again, in a morning."
    )
    opening.answer(session, case, words=words, by=rosa, at=at + DAY)
    offers.offer(session, case, 3200, by=clara, at=at + 2 * DAY)
    offers.offer(session, case, 7000, by=rosa, at=at + 2 * DAY + 5 * HOUR)
    good = "The first four are good now, thank you. The other seven still show the lamp."
    teller.say(room, clara, good, at + 3 * DAY)
    again = "I can do the seven again on a morning next week, if the books are there then."
    teller.say(room, rosa, again, at + 3 * DAY + 2 * HOUR)
    offers.offer(session, case, 4000, by=clara, at=at + 3 * DAY + 4 * HOUR)
    sealed.enter(session, case, 5600, by=rosa, at=at + 4 * DAY)
    coming = funding.start(
        session, room, [teller.milestone(room, 3)], provider="bank", by=clara,
        at=at + 5 * DAY + 2 * HOUR,
        comment="The reading room can go ahead, whatever becomes of the covers.",
    )  # fmt: skip
    ruling.call(session, case, by=clara, at=at + 5 * DAY + 7 * HOUR)
    sorry = "The printer cannot wait for us, so I have asked for the arbiter. No hard words!"
    teller.say(room, clara, sorry, at + 5 * DAY + 7 * HOUR)
    return coming
