"""One table words every task alike, for the board's pages and for letters. A test looks.

`{amount}` stands for the fact `amount_minor`; any other fact stands under its own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.mail.wording import shown

TASKS: dict[str, tuple[str, str, str]] = {
    "refund.failed": (
        "{amount} could not be sent back",
        "The refund {code} to {person} found no way back. The money is on their balance: agree "
        "with them where it shall go, and pay it out from there.",
        "/board/money",
    ),
    "payout.failed": (
        "A payout of {amount} came back",
        "The payout {code} to {person} did not arrive. The money is on their balance again: ask "
        "them to check their payout account, and to ask for it once more.",
        "/board/money",
    ),
    "payout.reversed": (
        "{amount} of a payout was taken back at Stripe",
        "Somebody reversed the transfer of payout {code} to {person} in Stripe’s dashboard. The "
        "money is on their balance again: agree with them what becomes of it.",
        "/board/money",
    ),
    "chargeback": (
        "{amount} was charged back",
        "{amount} of payment {reference} was taken back by the payer’s bank. Talk with both sides; "
        "what is no longer in escrow is not funded any more.",
        "/board/money",
    ),
    "reversal": (
        "The bank took {amount} back",
        "A bank statement shows that {amount} of payment {reference} was taken back. Look at the "
        "line, and book the chargeback.",
        "/board/statements#taken-back",
    ),
    "suspense.old": (
        "{amount} waits in suspense for days",
        "It came from {person} and has no place yet. Assign it to a payment, or send it back.",
        "/board/statements#suspense",
    ),
    "second.needed": (
        "{amount} waits for a second person",
        "{person} prepared it ({what}). It is above the board’s limit, so somebody else confirms "
        "the same.",
        "/board/money#prepared",
    ),
    "card.unplaced": (
        "A card payment fits nothing here",
        "Stripe says that {amount} was paid (reference {reference}, {code}), and no payment of the "
        "board is exactly for that. Nothing was booked: look at it in Stripe’s dashboard, and send "
        "it back from there if it is not the board’s.",
        "/board/money",
    ),
    "card.stuck": (
        "Stripe has not settled {amount} for a day",
        "The board asks again every hour, and does nothing twice. Stripe’s last word: {why}.",
        "/board/money",
    ),
    "card.given_back": (
        "{amount} came back after a chargeback",
        "Payment {reference} was given back. The money is in escrow again where it is still "
        "needed, otherwise on the client’s balance; what the board had lost is made good.",
        "/board/money",
    ),
    "card.costs": (
        "Stripe’s fees for payments in {paid} are not in the books",
        "Stripe takes them in {settled}, and these books know no rates. Book them from Stripe’s "
        "statements, these and all that follow. The board says this once.",
        "/board/money",
    ),
    "audit.failed": (
        "The books do not add up",
        "Last night’s audit found {count} wrong. Keep a copy of the database as it is, and look "
        "at the checks before any more money moves.",
        "/board/checks",
    ),
}
"""By kind: what it is, what to do, and where."""


def task_words(kind: str, facts: Mapping[str, Any]) -> tuple[str, str, str]:
    """What a task is called, what to do, and the page where it is done."""
    title, todo, where = TASKS[kind]
    known = shown(facts)
    return title.format_map(known), todo.format_map(known), where
