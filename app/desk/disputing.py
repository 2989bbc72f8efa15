"""Whose turn it is in a dispute: to answer, to come nearer, or to wait for the arbiter."""

from __future__ import annotations

from collections.abc import Iterator

from app.desk.cards import Action, Card, Facts, Post, Shows


def disputing(facts: Facts, show: Shows) -> Iterator[Card]:
    """One card for each open dispute."""
    for post in facts.posts:
        if post.dispute_id:
            yield _card(facts, post, show)


def _card(facts: Facts, post: Post, show: Shows) -> Card:
    page, other = f"/disputes/{post.dispute_id}", facts.other_name
    amount = show.money(post.disputed_minor, facts.currency)
    day, late = show.day(post.dispute_until), _late(facts, post)
    what = f"{amount} of {post.title}"
    if post.dispute_state == "called":
        return _called(facts, post, page, amount, what)
    if post.dispute_state == "open" and post.dispute_side == facts.side and not late:
        return _waiting(
            post, page, f"Waiting for {other} to answer the dispute about “{post.title}”",
            f"{amount} is frozen. There is time until {day}; then you may call the arbiter.",
        )  # fmt: skip
    if post.dispute_state == "open" and post.dispute_side != facts.side:
        end = f"The time for it was over on {day}." if late else f"There is time until {day}."
        return _mine(
            post, page, f"Your turn: answer the dispute about “{post.title}”",
            f"{other} disputes {amount}, which is frozen. {end}", "Answer", what,
        )  # fmt: skip
    turn = post.dispute_turn == facts.side or _number_waits(facts, post)
    if post.dispute_state == "answered" and not turn:
        return _waiting(
            post, page, f"Waiting for {other} in the dispute about “{post.title}”",
            f"{amount} is frozen. You can better your offer, or call the arbiter.",
        )  # fmt: skip
    said = f"{other} has not answered in time." if late and post.dispute_state == "open" else ""
    if _number_waits(facts, post):
        said = f"{other} has entered a sealed number."
    return _mine(
        post, page, f"Your turn: the dispute about “{post.title}”",
        f"{said} {amount} is frozen. Accept, make an offer, enter a sealed number, or call the "
        "arbiter.".strip(), "Settle the dispute", what,
    )  # fmt: skip


def _called(facts: Facts, post: Post, page: str, amount: str, what: str) -> Card:
    """The arbiter rules; until then a side may be waited for, too (decision 0063)."""
    other = facts.other_name
    if _number_waits(facts, post):
        return _mine(
            post, page, f"Your turn: a sealed number about “{post.title}”",
            f"{other} has entered one. Yours may settle {amount} before the arbiter rules.",
            "Enter a number", what,
        )  # fmt: skip
    if post.answered_at is None and post.dispute_side != facts.side:
        return _mine(
            post, page, f"Your turn: answer the dispute about “{post.title}”",
            f"{amount} is frozen, and the arbiter was called, who reads your answer, too.",
            "Answer", what,
        )  # fmt: skip
    if post.dispute_turn == facts.side:
        return _mine(
            post, page, f"Your turn: the dispute about “{post.title}”",
            f"{other} has moved since the arbiter was called. Until the ruling comes you can "
            f"accept or make an offer about {amount}.", "Settle the dispute", what,
        )  # fmt: skip
    sealed = f" Your sealed number waits for that of {other}." if post.sealed_by else ""
    return _waiting(
        post, page, f"Waiting for the arbiter: “{post.title}”",
        f"{amount} is frozen. Until the ruling comes you can still make offers and accept.{sealed}",
    )  # fmt: skip


def _number_waits(facts: Facts, post: Post) -> bool:
    """Whether the other side's sealed number waits for the reader's."""
    return post.sealed_by not in ("", facts.side)


def _late(facts: Facts, post: Post) -> bool:
    return bool(facts.at and post.dispute_until and facts.at > post.dispute_until)


def _mine(post: Post, page: str, title: str, text: str, label: str, what: str) -> Card:
    return Card(
        "dispute", True, title, text.strip(), post.disputed_at,
        (Action(label, page, first=True),), label, what,
    )  # fmt: skip


def _waiting(post: Post, page: str, title: str, text: str) -> Card:
    return Card(
        "answering", False, title, text, post.disputed_at, (Action("Open the dispute", page),)
    )
