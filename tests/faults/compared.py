"""What the product says now, beside what the model says: the same, to the last unit."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.escrow import audit
from app.people.models import Person
from tests.faults.model import Work
from tests.faults.model_world import World

Said = Counter[tuple[str, ...]]
"""Everything that both know, as rows of words; and how often each stands there."""

_ALL = text(
    """
    SELECT 'account' AS what, name AS a, currency AS b, CAST(balance AS TEXT) AS c, '' AS d
      FROM accounts WHERE balance <> 0
    UNION ALL SELECT 'job', id, state, '', '' FROM jobs
    UNION ALL SELECT 'room', id, state, '', '' FROM engagements
    UNION ALL SELECT 'work', id, state, CAST(amount_minor AS TEXT), title FROM milestones
      WHERE state <> 'proposed'
    UNION ALL SELECT 'paid', a.owner_id, CAST(SUM(t.amount) AS TEXT), '', ''
      FROM transfers t JOIN accounts a ON a.id = t.from_id
      WHERE a.kind IN ('held', 'disputed') AND t.key LIKE 'release:%' GROUP BY a.owner_id
    UNION ALL SELECT 'quarrel', id, milestone_id, state,
      CAST(amount_minor AS TEXT) || ':' || COALESCE(CAST(awarded_minor AS TEXT), '') FROM disputes
    UNION ALL SELECT 'sealed', dispute_id, side, CAST(number_minor AS TEXT), ''
      FROM dispute_numbers WHERE number_minor IS NOT NULL
    UNION ALL SELECT 'fee', id, CAST(fee_rate AS TEXT), CAST(fee_minimum_minor AS TEXT), ''
      FROM engagements
    UNION ALL SELECT 'pay', id, state, CAST(amount_minor AS TEXT), provider FROM payments
    UNION ALL SELECT 'may arrive', id, '', '', '' FROM payments WHERE state = 'cancelled'
      AND superseded_at IS NOT NULL AND not_sent_at IS NULL
    UNION ALL SELECT 'part', payment_id, milestone_id, CAST(filled_minor AS TEXT),
      CASE WHEN open_key IS NULL THEN '' ELSE 'open' END FROM payment_parts
    UNION ALL SELECT 'back', payment_id, milestone_id, CAST(amount_minor AS TEXT), state
      FROM refunds
    UNION ALL SELECT 'ask', milestone_id, scope, state, '' FROM money_asks
    UNION ALL SELECT 'payout', id, state, CAST(amount_minor AS TEXT), '' FROM payouts
    UNION ALL SELECT 'handed', id, milestone_id, state, '' FROM submissions
    UNION ALL SELECT 'terms', engagement_id, CAST(number AS TEXT), state,
      COALESCE(CAST(review_days AS TEXT), '') FROM revisions WHERE number IS NOT NULL
    UNION ALL SELECT 'sum', currency, CAST(SUM(balance) AS TEXT), '', '' FROM accounts
      GROUP BY currency HAVING SUM(balance) <> 0
    UNION ALL SELECT 'head', CAST(seq AS TEXT), hash, '', '' FROM ledger_head
    """
)


def same(session: Session, world: World, people: dict[str, Person]) -> None:
    """Raises AssertionError where the product and the model differ, or books do not agree.

    Every account, every state and every sum is compared each time; whether the ledger, milestones
    and payments agree with each other is asked when money moved, the chain at the end (`whole`).
    """
    rows = [tuple(row) for row in session.connection().execute(_ALL)]
    head = next(row for row in rows if row[0] == "head")
    found = Counter(row for row in rows if row[0] != "head")
    expected = said(world, people)
    assert found == expected, f"the board says {found - expected}, the rules {expected - found}"
    if world.head != head:
        world.head = head
        assert audit.across(session) == []


def whole(session: Session) -> None:
    """Every transfer, the chain, every balance: recomputed."""
    assert audit.audit(session) == []


def said(world: World, people: dict[str, Person]) -> Said:
    """What the model says, in the board's words."""
    ids = {side: person.id for side, person in people.items()}
    out: Said = Counter()
    for (name, currency), amount in world.figures().items():
        words = ":".join(ids.get(part, part) for part in name.split(":"))
        out["account", words, currency, str(amount), ""] += 1
    for job, state in world.jobs.items():
        out["job", job, state, "", ""] += 1
    _rooms(world, out)
    _money(world, out)
    return out


def _rooms(world: World, out: Said) -> None:
    for key, room in world.rooms.items():
        out["room", key, room.state, "", ""] += 1
        out["fee", key, str(room.fee[0]), str(room.fee[1]), ""] += 1
        for name, work in room.works.items():
            if work.state != "proposed":
                out["work", name, work.state, str(work.amount), work.title] += 1
            if work.paid:
                out["paid", name, str(work.paid), "", ""] += 1
            _quarrels(name, work, out)
        for name, (work_name, state) in room.handed.items():
            out["handed", name, work_name, state, ""] += 1
        for terms in room.terms:
            days = str(terms.days or "")
            out["terms", key, str(terms.number), terms.state, days] += 1


def _quarrels(name: str, work: Work, out: Said) -> None:
    for key, one in work.quarrels.items():
        awarded = "" if one.awarded is None else one.awarded
        out["quarrel", key, name, one.state, f"{one.amount}:{awarded}"] += 1
        for side, (number, _) in one.numbers.items():
            if number is not None:
                out["sealed", key, side, str(number), ""] += 1


def _money(world: World, out: Said) -> None:
    for name, pay in world.pays.items():
        out["pay", name, pay.state, str(pay.total), pay.way] += 1
        if pay.moot:
            out["may arrive", name, "", "", ""] += 1
        for work in pay.asked | pay.filled:
            filled, is_open = str(pay.filled.get(work, 0)), "open" if pay.open else ""
            out["part", name, work, filled, is_open] += 1
    for back in world.backs:
        out["back", back.pay, back.work, str(back.amount), back.state] += 1
    for ask in world.asks:
        out["ask", ask.work, ask.scope, ask.state, ""] += 1
    for name, moving in world.payouts.items():
        out["payout", name, moving.state, str(moving.amount), ""] += 1
