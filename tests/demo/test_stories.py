"""The demo board tells the two real tables and a bookshop, and its books are whole."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo import stories
from app.engagement.models import Engagement
from app.escrow import audit, ledger
from app.escrow import reads as escrow_reads
from app.escrow.bank import matching, placing
from app.escrow.disputes import offers, ruling
from app.escrow.disputes.models import Dispute
from app.escrow.models import Milestone, MoneyAsk, Payment, Payout, Transfer
from app.escrow.papers import invoices
from app.escrow.reads import MoneyRow
from app.jobs.models import Proposal
from app.people import accounts
from app.terms import reads

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def room(session: Session, title: str) -> Engagement:
    return session.scalars(select(Engagement).where(Engagement.title.startswith(title))).one()


def states(session: Session, title: str) -> list[str]:
    rows = select(Milestone.state).where(Milestone.engagement_id == room(session, title).id)
    return list(session.scalars(rows.order_by(Milestone.position)))


def money(session: Session, about: Engagement) -> MoneyRow:
    return escrow_reads.money(session, about.id)


def test_the_stories_stand_where_the_guide_says(session: Session, tmp_path: Path) -> None:
    stories.tell(session, at=NOW, files_dir=tmp_path)
    assert states(session, "Logo") == ["released", "released", "submitted", "planned", "planned"]
    assert states(session, "Access") == ["planned"] * 4
    assert states(session, "Brochure") == ["released", "approved", "released"]
    assert reads.waiting(session, room(session, "Logo").id) is not None
    assert room(session, "Brochure").state == "finished"
    waiting = select(Proposal).where(Proposal.state == "submitted")
    assert len(session.scalars(waiting).all()) == 4


def test_the_bookshop_shows_what_money_may_do_besides(session: Session, tmp_path: Path) -> None:
    stories.tell(session, at=NOW, files_dir=tmp_path)
    covers, cards, vouchers = (room(session, name) for name in ("Photographs", "Our card", "Gift"))
    (dispute,) = session.scalars(select(Dispute))
    standing = offers.standing(session, dispute)
    assert (dispute.engagement_id, dispute.state) == (covers.id, "called")
    assert 0 < standing.client_minor < standing.freelancer_minor < dispute.amount_minor
    assert dispute.answered_at is not None
    (asked,) = session.scalars(select(MoneyAsk))
    assert (asked.engagement_id, asked.state, asked.scope) == (cards.id, "waiting", "rest")
    assert money(session, cards).released_minor == 12000 + 20000
    assert money(session, vouchers).prefunded_minor == 16000
    assert vouchers.state == "negotiating"


def test_the_poster_is_finished_with_a_fee_a_bonus_and_an_invoice(
    session: Session, tmp_path: Path
) -> None:
    stories.tell(session, at=NOW, files_dir=tmp_path)
    poster = room(session, "Poster")
    found = money(session, poster)
    assert (poster.state, found.released_minor, found.fees_minor) == ("finished", 24000, 1200)
    assert money(session, room(session, "Brochure")).fees_minor == 0
    bonuses = select(Payment).where(Payment.bonus, Payment.state == "settled")
    assert [one.engagement_id for one in session.scalars(bonuses)] == [poster.id]
    assert [one.total_minor for one in invoices.of_engagement(session, poster.id)] == [24000]


def test_the_operator_finds_a_case_money_to_confirm_to_place_and_to_send(
    session: Session, tmp_path: Path
) -> None:
    stories.tell(session, at=NOW, files_dir=tmp_path)
    olga = accounts.by_email(session, "olga@example.org")
    assert olga is not None
    (dispute,) = session.scalars(select(Dispute))
    assert ruling.can_take_on(session, dispute, olga)
    assert [row.verdict for row in matching.new(session, olga)] == ["matched", "unknown", "unknown"]
    assert [entry.name for entry in placing.suspended(session)] == ["Hofer Winery"]
    assert [one.state for one in session.scalars(select(Payout))] == ["pending"]


def test_the_demos_books_are_whole(session: Session, tmp_path: Path) -> None:
    stories.tell(session, at=NOW, files_dir=tmp_path)
    assert ledger.verify(session) == []
    assert audit.audit(session) == []


def test_time_never_runs_back_in_the_ledger(session: Session, tmp_path: Path) -> None:
    """A month of a statement is a piece of the ledger, from one transfer to another."""
    stories.tell(session, at=NOW, files_dir=tmp_path)
    times = list(session.scalars(select(Transfer.at).order_by(Transfer.seq)))
    assert len(times) > 20 and times == sorted(times)


def test_the_stories_can_be_told_again_for_other_people(session: Session, tmp_path: Path) -> None:
    stories.tell(session, at=NOW, files_dir=tmp_path)
    stories.tell(session, at=NOW, files_dir=tmp_path, tag="+2")
    assert len(session.scalars(select(Engagement)).all()) == 14
