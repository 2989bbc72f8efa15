"""The two queries behind the cards, built once: a person's workrooms, and their milestones."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BindParameter,
    Select,
    and_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from app.engagement.models import Engagement, Seat
from app.escrow import sums, under_way
from app.escrow.disputes.models import Dispute, SealedNumber
from app.escrow.models import Account, Milestone, MoneyAsk, Payment, PaymentPart, Submission
from app.feedback.models import Review
from app.kernel.base import Minor
from app.kernel.events import StreamHead
from app.people.models import Person
from app.talk.models import Conversation, ReadMark
from app.terms.models import Line, Revision
from app.workroom.models import StatusReport

_Client = aliased(Person)
_Freelancer = aliased(Person)
_Waiting = aliased(Revision)
_Last = aliased(Revision)
_Terms = aliased(Revision)
_Ended = aliased(Dispute)


def _room_query() -> Select[*tuple[Any, ...]]:
    engagement = Engagement
    me: BindParameter[str] = bindparam("person")
    newest = (
        select(func.max(Revision.number))
        .where(Revision.engagement_id == engagement.id)
        .correlate(engagement)
    )
    total = select(func.coalesce(func.sum(Line.amount_minor), 0)).where(
        Line.revision_id == _Waiting.id
    )
    reported = select(func.max(StatusReport.week)).where(
        StatusReport.engagement_id == engagement.id
    )
    moot = select(func.count()).where(
        Payment.engagement_id == engagement.id, under_way.superseded()
    )
    wrote = select(Review.id).where(Review.engagement_id == engagement.id, Review.author_id == me)
    return (
        select(
            engagement.id, engagement.title, engagement.state, engagement.currency,
            engagement.zone, engagement.conversation_id, engagement.created_at,
            engagement.activated_at, engagement.closed_at, engagement.job_id,
            engagement.proposal_id,
            engagement.client_id, engagement.freelancer_id, Seat.side,
            _Client.name.label("client_name"), _Freelancer.name.label("freelancer_name"),
            _Freelancer.zone.label("report_zone"), _Freelancer.report_weekday,
            _Waiting.id.label("waiting_id"), _Waiting.number.label("waiting_number"),
            _Waiting.author_side.label("waiting_side"), _Waiting.proposed_at.label("waiting_at"),
            total.scalar_subquery().label("waiting_total"),
            _Last.number.label("last_number"), _Last.state.label("last_state"),
            _Last.decided_at.label("last_at"),
            _Terms.number.label("terms_number"), _Terms.review_days,
            _Terms.decided_at.label("terms_at"),
            StreamHead.number.label("version"),
            Conversation.last_number.label("said"), ReadMark.number.label("read"),
            reported.scalar_subquery().label("reported"),
            wrote.scalar_subquery().label("feedback_id"),
            moot.scalar_subquery().label("superseded"),
        )
        .select_from(Seat)
        .join(engagement, engagement.id == Seat.engagement_id)
        .join(_Client, _Client.id == engagement.client_id)
        .join(_Freelancer, _Freelancer.id == engagement.freelancer_id)
        .join(Conversation, Conversation.id == engagement.conversation_id)
        .outerjoin(StreamHead, StreamHead.stream == literal("engagement:") + engagement.id)
        .outerjoin(
            _Waiting,
            and_(
                _Waiting.engagement_id == engagement.id,
                _Waiting.state == literal_column("'proposed'"),
            ),
        )
        .outerjoin(
            _Last,
            and_(
                _Last.engagement_id == engagement.id, _Last.number == newest.scalar_subquery()
            ),
        )
        .outerjoin(_Terms, _Terms.id == engagement.terms_id)
        .outerjoin(
            ReadMark,
            and_(
                ReadMark.conversation_id == engagement.conversation_id, ReadMark.person_id == me
            ),
        )
        .where(Seat.person_id == me)
    )  # fmt: skip


def _paying(what: Any) -> Any:
    """Something of the payment under way for a milestone."""
    return (
        select(what)
        .join(PaymentPart, PaymentPart.payment_id == Payment.id)
        .where(
            PaymentPart.milestone_id == Milestone.id,
            PaymentPart.open_key.is_not(None),
            Payment.revision_id.is_(None),
        )
        .correlate(Milestone)
        .scalar_subquery()
    )


def _post_query() -> Select[*tuple[Any, ...]]:
    """The columns after the first are the fields of `cards.Post`, in their order."""
    milestone = Milestone
    newest = (
        select(func.max(Submission.number))
        .where(Submission.milestone_id == milestone.id)
        .correlate(milestone)
        .scalar_subquery()
    )
    ended = (
        select(func.max(_Ended.closed_at))
        .where(_Ended.milestone_id == milestone.id)
        .correlate(milestone)
        .scalar_subquery()
    )
    sealed = (
        select(func.min(SealedNumber.side))
        .where(SealedNumber.dispute_id == Dispute.id, SealedNumber.number_minor.is_not(None))
        .correlate(Dispute)
        .scalar_subquery()
    )
    return (
        select(
            milestone.engagement_id, milestone.id, milestone.position, milestone.title,
            milestone.amount_minor, milestone.state, milestone.due,
            func.coalesce(Account.balance, 0).label("held_minor"), milestone.fundable_at,
            milestone.funded_at, milestone.closed_at,
            _paying(func.min(Payment.started_at)).label("paying_since"),
            Submission.id.label("submission_id"), Submission.number.label("submission_number"),
            Submission.state.label("submission_state"), Submission.at.label("submitted_at"),
            Submission.decided_at,
            cast(sums.released(milestone.id), Minor).label("released_minor"),
            MoneyAsk.id.label("ask_id"), MoneyAsk.asked_at, MoneyAsk.due_at.label("ask_until"),
            cast(sums.gone_back(milestone.id), Minor).label("gone_back_minor"),
            cast(sums.frozen(milestone.id), Minor).label("disputed_minor"),
            Dispute.id.label("dispute_id"), Dispute.state.label("dispute_state"),
            Dispute.side.label("dispute_side"), Dispute.turn.label("dispute_turn"),
            Dispute.opened_at.label("disputed_at"), Dispute.answer_due_at.label("dispute_until"),
            ended.label("clock_since"),
            func.coalesce(_paying(func.min(Payment.provider)), "").label("paying_by"),
            Dispute.answered_at, func.coalesce(sealed, "").label("sealed_by"),
            milestone.whole_since, milestone.first_funded_at,
        )
        .select_from(milestone)
        .outerjoin(
            Account,
            and_(Account.kind == literal_column("'held'"), Account.owner_id == milestone.id),
        )
        .outerjoin(
            Submission,
            and_(Submission.milestone_id == milestone.id, Submission.number == newest),
        )
        .outerjoin(
            MoneyAsk,
            and_(
                MoneyAsk.milestone_id == milestone.id,
                MoneyAsk.state == literal_column("'waiting'"),
            ),
        )
        .outerjoin(
            Dispute, and_(Dispute.milestone_id == milestone.id, Dispute.closed_at.is_(None))
        )
        .where(milestone.state.not_in(("proposed", "cancelled")))
        .order_by(milestone.engagement_id, milestone.position, milestone.id)
    )  # fmt: skip


_LIVING = or_(
    Engagement.state.in_(("negotiating", "active")), Engagement.closed_at > bindparam("recently")
)
_MINE = select(Seat.engagement_id).join(Engagement).where(Seat.person_id == bindparam("person"))

ANY_ROOMS = _room_query().order_by(Engagement.created_at.desc(), Engagement.id)
SOME_POSTS = _post_query()
ROOM = _room_query().where(Engagement.id == bindparam("engagement"))
ROOMS = _room_query().where(_LIVING).order_by(Engagement.created_at.desc(), Engagement.id)
POSTS = _post_query().where(Milestone.engagement_id == bindparam("engagement"))
ALL_POSTS = _post_query().where(Milestone.engagement_id.in_(_MINE.where(_LIVING)))
