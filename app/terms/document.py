"""The exact text of a revision, whose SHA-256 both acceptances keep."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from app.engagement import fees
from app.engagement.models import Engagement
from app.kernel import money
from app.kernel.base import stamp
from app.terms.models import Line, Revision

FORM = "Milepost terms, form 1"
"""Changes when the form of the text does, so that old digests can still be recomputed."""


def canonical(engagement: Engagement, revision: Revision, lines: Sequence[Line]) -> str:
    """A revision as text that a person can read and a machine can digest.

    Everything that binds is in it: the parties, the lines with their lasting milestones, dates,
    amounts in minor units, review days, the board's fee where there is one, and the note. Prose
    is quoted as JSON strings, so that no wording can imitate the structure.
    """
    out = [
        FORM,
        f"workroom {engagement.id}",
        f"client {engagement.client_id}",
        f"freelancer {engagement.freelancer_id}",
        f"revision {revision.number} proposed by the {revision.author_side}",
        f"currency {revision.currency}",
        f"due dates end 23:59:59 in {engagement.zone}",
        f"review days {revision.review_days or 'none: no automatic release'}",
        *_fee(revision),
        *(["money that becomes free is used for other milestones"] if revision.rolls else []),
        f"note {_quoted(revision.note)}",
    ]
    for line in lines:
        out += [
            f"line {line.position} milestone {line.milestone_id}",
            f"  title {_quoted(line.title)}",
            f"  description {_quoted(line.description)}",
            f"  due {line.due.isoformat() if line.due else 'open'}",
            f"  amount {line.amount_minor}",
        ]
    out.append(f"total {sum(line.amount_minor for line in lines)}")
    if revision.proposed_at:
        out.append(f"proposed {stamp(revision.proposed_at)}")
    return "\n".join(out) + "\n"


def _fee(revision: Revision) -> list[str]:
    fee = fees.named(revision)
    if not fee:
        return []
    share = money.percent(fee.rate)
    return [f"board keeps {share} % of each milestone released, at least {fee.minimum_minor}"]


def digest(text: str) -> str:
    """SHA-256 of a canonical text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
