"""Letters out: events are told, letters claimed, carried, and noted; never in one transaction."""

from __future__ import annotations

from app.kernel.writing import writing
from app.mail import notices, outbox, sending
from app.mail.envelope import NotSent, Parcel
from app.mail.models import Letter
from app.scheduler.work import Work, log

AT_ONCE = 20
"""How many letters are claimed together; they must all be carried within the claim."""


def send(work: Work) -> int:
    """Tell what is untold and carry what is due; returns how many letters left."""
    while _tell(work):
        pass
    sent = 0
    try:
        while parcels := _claim(work):
            sent += _carry_all(work, parcels)
    finally:
        work.postman.rest()
    return sent


def _tell(work: Work) -> bool:
    with writing(work.session) as session:
        return notices.tell(session, work.at) > 0


def _claim(work: Work) -> list[Parcel]:
    """Take the letters that are due, and commit before anything is carried."""
    with writing(work.session) as session:
        letters = outbox.due(session, work.at, AT_ONCE)
        packed = [
            sending.pack(session, letter, sender=work.sender, renderer=work.renderer, at=work.at)
            for letter in letters
        ]
    return [parcel for parcel in packed if parcel is not None]


def _carry_all(work: Work, parcels: list[Parcel]) -> int:
    """Carry a round of letters. Where the server is out of reach, the rest is not even tried."""
    sent = 0
    trouble: NotSent | None = None
    for parcel in parcels:
        if trouble is None or not trouble.out_of_reach:
            trouble = _deliver(work, parcel)
        with writing(work.session) as session:
            letter = session.get_one(Letter, parcel.letter_id)
            if trouble is not None:
                for_good = trouble.for_good
                outbox.note_trouble(letter, error=str(trouble), for_good=for_good, at=work.at)
            elif letter.state == "waiting":
                outbox.note_sent(letter, carrier=work.postman.carrier, at=work.at)
                sent += 1
    return sent


def _deliver(work: Work, parcel: Parcel) -> NotSent | None:
    try:
        work.postman.deliver(parcel)
    except NotSent as trouble:
        log.warning("letter %s (%s) did not leave: %s", parcel.letter_id, parcel.notice, trouble)
        return trouble
    return None
