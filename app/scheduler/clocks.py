"""The review clock: where terms have review days, silence releases, never unannounced.

The notices go out at a third, at two thirds, and 24 hours before the end (for one review day only
the last). The last one must truly have left by mail, 24 hours before anything is released: a
letter in a folder is no notice. After downtime, therefore, the notice goes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import sums, work
from app.escrow.disputes.models import Dispute
from app.escrow.milestones import release, submissions
from app.escrow.models import Milestone, Submission
from app.kernel.base import stamp
from app.mail import notices
from app.mail.models import Letter
from app.scheduler.work import Unit, Work, done_units, each, mark
from app.terms.models import Revision

NOTICE = "review_clock"
DAY = timedelta(days=1)
LAST = 3
"""The step of the last notice."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A submission under the clock: what it releases, since when, after how many days.

    `disputed_at` is when the last dispute about its money ended: the clock began anew then, and
    when the last of a raised, short or charged-back amount had come.
    """

    submission: Submission
    milestone: Milestone
    engagement: Engagement
    days: int
    disputed_at: datetime | None = None

    @property
    def began(self) -> datetime:
        """When the review days began."""
        whole = self.milestone.whole_since
        return submissions.clock_began(self.submission.at, whole, self.disputed_at)

    @property
    def ends(self) -> datetime:
        """When the review days are over."""
        return self.began + self.days * DAY

    @property
    def version(self) -> str:
        """Other days, another amount or a new beginning are another clock, announced anew."""
        anew = f":{stamp(self.began)}" if self.began != self.submission.at else ""
        return f"{self.days}:{self.milestone.amount_minor}{anew}"

    def step(self, at: datetime) -> int:
        """The newest notice that is due; 0 before the first."""
        spent = at - self.began
        if spent >= (self.days - 1) * DAY:
            return LAST
        return int(3 * spent / (self.days * DAY))

    def unit(self, step: int) -> Unit:
        """The mark of one notice."""
        return Unit(self.submission.id, f"{self.version}:{step}")

    def key(self, step: int) -> str:
        """The key of one notice's letter."""
        return f"{NOTICE}:{self.submission.id}:{self.version}:{step}"

    def releases_at(self, last: datetime) -> datetime:
        """When it releases, if the last notice leaves at that time."""
        return max(self.ends, last + DAY)


def review_clock(work_: Work) -> int:
    """Announce, and release what was announced and not answered."""
    return _announce(work_) + _release(work_)


def _announce(work_: Work) -> int:
    """Send the newest notice that is due of each; earlier ones that were missed have passed."""
    by_unit: dict[Unit, tuple[str, int]] = {}
    clocks = running(work_.session)
    known = done_units(work_.session, NOTICE, (one.submission.id for one in clocks))
    for one in clocks:
        step = one.step(work_.at)
        if step and not known.intersection(one.unit(later) for later in range(step, LAST + 1)):
            by_unit[one.unit(step)] = (one.submission.id, step)

    def act(session: Session, unit: Unit) -> None:
        submission_id, step = by_unit[unit]
        found = running(session, submission_id)
        if not found or found[0].unit(step) != unit:
            return
        one = found[0]
        for earlier in range(1, step):
            mark(session, NOTICE, one.unit(earlier), work_.at)
        notices.write(
            session,
            NOTICE,
            one.engagement.client_id,
            engagement=one.engagement,
            subject=("submission", submission_id),
            key=one.key(step),
            at=work_.at,
            releases_at=one.releases_at(work_.at).isoformat(),
            last=step == LAST,
        )

    return each(work_, NOTICE, by_unit, act)


def _release(work_: Work) -> int:
    """Release where the days are over, and the last notice was delivered a day ago or more."""
    units = {
        Unit(one.submission.id, f"{one.version}:release"): one.submission.id
        for one in running(work_.session)
        if over(work_.session, one, work_.at)
    }

    def act(session: Session, unit: Unit) -> None:
        for one in running(session, units[unit]):
            if over(session, one, work_.at):
                release.by_clock(session, one.submission, at=work_.at)

    return each(work_, "review_release", units, act)


def over(session: Session, clock: Clock, at: datetime) -> bool:
    """Whether silence releases now."""
    if at < clock.ends:
        return False
    left_at = session.scalar(
        select(Letter.sent_at).where(
            Letter.key == clock.key(LAST), Letter.state == "sent", Letter.carrier == "smtp"
        )
    )
    return left_at is not None and at >= left_at + DAY


def running(session: Session, submission_id: str = "") -> Sequence[Clock]:
    """Every submission under the clock (or that one): it waits, its full amount is there, and

    none of it is in dispute.
    """
    disputed_at = (
        select(func.max(Dispute.closed_at))
        .where(Dispute.milestone_id == Milestone.id)
        .correlate(Milestone)
        .scalar_subquery()
    )
    query = (
        select(Submission, Milestone, Engagement, Revision.review_days, disputed_at)
        .join(Milestone, Milestone.id == Submission.milestone_id)
        .join(Engagement, Engagement.id == Milestone.engagement_id)
        .join(Revision, Revision.id == Engagement.terms_id)
        .where(Submission.state == "waiting", Revision.review_days.is_not(None))
        .where(Engagement.state == "active", sums.FROZEN == 0)
        .order_by(Submission.at, Submission.id)
    )
    if submission_id:
        query = query.where(Submission.id == submission_id)
    return [
        Clock(submission, milestone, engagement, days, ended)
        for submission, milestone, engagement, days, ended in session.execute(query)
        if days and not work.missing(session, milestone)
    ]
