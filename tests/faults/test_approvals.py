"""Twenty approvals of one submission at the same moment release once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escrow import audit
from app.escrow.milestones import release, submissions
from app.escrow.models import Transfer
from app.escrow.outgoing import payouts
from app.kernel.errors import Refused
from app.kernel.writing import writing
from app.people.models import Person
from tests import databases, rooms
from tests.stories import later

TIMES = 20


def at_once(url: str, act: Any) -> Counter[str]:
    """Run `act(session)` twenty times at the same moment, each in its own unit of work."""
    barrier = Barrier(TIMES)

    def one(_: int) -> str:
        barrier.wait()
        try:
            with Session(engine, expire_on_commit=False) as session, writing(session):
                act(session)
        except Refused as trouble:
            return trouble.code
        return "done"

    with databases.engine_at(url) as engine, ThreadPoolExecutor(TIMES) as pool:
        return Counter(pool.map(one, range(TIMES)))


def test_twenty_simultaneous_approvals_release_once(database_url: str, story: Any) -> None:
    with story() as session:
        room = rooms.agreed(session)
        rooms.pays(room, room.milestones[0])
        submission_id = rooms.submits(room, room.milestones[0]).id

    def approve(session: Session) -> None:
        submission, _ = submissions.load(session, submission_id)
        client = session.get_one(Person, room.client.id)
        release.approve(session, submission, by=client, at=later())

    assert at_once(database_url, approve) == {"done": 1, "submission.decided": TIMES - 1}
    with story() as session:
        room.session = session
        assert room.balance(room.freelancer) == 7500
        released = select(func.count()).where(Transfer.key.startswith("release:"))
        assert session.scalar(released) == 1
        assert audit.audit(session) == []


def test_twenty_simultaneous_payouts_never_pay_more_than_the_balance(
    database_url: str, story: Any
) -> None:
    with story() as session:
        room = rooms.agreed(session)
        rooms.through(room, room.milestones[0])

    def ask(session: Session) -> None:
        person = session.get_one(Person, room.freelancer.id)
        payouts.ask(session, person, 2500, "USD", at=later())

    assert at_once(database_url, ask) == {"done": 3, "payout.too_much": TIMES - 3}
    with story() as session:
        room.session = session
        assert room.balance(room.freelancer) == 0
        assert audit.audit(session) == []


def test_twenty_posts_of_the_approval_page_release_once(
    app: Any, story: Any, signed_in: Any
) -> None:
    with story() as session:
        room = rooms.agreed(session)
        rooms.pays(room, room.milestones[0])
        address = f"/submissions/{rooms.submits(room, room.milestones[0]).id}/approval"
    browsers = [signed_in(room.client) for _ in range(TIMES)]
    barrier = Barrier(TIMES)

    def post(browser: Any) -> int:
        barrier.wait()
        return int(browser.post(address).status_code)

    with ThreadPoolExecutor(TIMES) as pool:
        answers = Counter(pool.map(post, browsers))
    assert answers == {303: 1, 409: TIMES - 1}
    with story() as session:
        room.session = session
        assert room.balance(room.freelancer) == 7500
        assert audit.audit(session) == []
