"""The table of chores: name, how often it looks, what it does. What is due is read from rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.scheduler import cards, clocks, disputes, letters, prompts, reminders, silence, upkeep
from app.scheduler.work import Work


@dataclass(frozen=True, slots=True)
class Chore:
    """Scheduled work. `every_s` is how often it looks; looking often never does a thing twice."""

    name: str
    every_s: int
    run: Callable[[Work], int]


LETTERS = Chore("letters", 10, letters.send)
"""Apart from the others, because a slow mail server must not hold them up."""
CARDS = Chore("card payments", 5, cards.turn)
"""Apart, too: the provider may be slow, and somebody who paid looks at the page."""

CHORES: tuple[Chore, ...] = (
    Chore("report prompts", 60, prompts.report_prompts),
    Chore("lapsing terms", 60, prompts.lapsing),
    Chore("funding reminders", 300, reminders.funding),
    Chore("review reminders", 300, reminders.review),
    Chore("review clock", 60, clocks.review_clock),
    Chore("money asked back", 300, silence.asked_back),
    Chore("answers to disputes", 300, disputes.answers),
    Chore("dormancy", 600, silence.dormant),
    Chore("reminders to send terms", 300, reminders.first_terms),
    Chore("reminders to answer terms", 300, reminders.answers),
    Chore("feedback", 600, prompts.feedback),
    Chore("card reconciliation", 600, cards.reconcile),
    Chore("bank files", 20, upkeep.bank_files),
    Chore("ledger audit", 600, upkeep.ledger_audit),
    Chore("old suspense", 600, upkeep.suspense),
    Chore("forgetting", 3600, upkeep.forget),
)
