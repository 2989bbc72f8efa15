"""Whose turn it is with a milestone's money: the client's, to fund all of it or what is missing."""

from __future__ import annotations

from app.desk.cards import Action, Card, Facts, Post, Shows, funded_words
from app.escrow.provider import CARD


def fund(facts: Facts, post: Post, show: Shows) -> Card:
    """Nothing is there yet."""
    missing = show.money(post.lacks_minor, facts.currency)
    partly = post.lacks_minor < post.amount_minor
    of = f" of {show.money(post.amount_minor, facts.currency)}" if partly else ""
    if not facts.client:
        bank = " The payment is on its way." if post.paying_since else ""
        return Card(
            "bank" if post.paying_since else "answering", False,
            f"Waiting for {facts.other_name} to fund “{post.title}”",
            f"{missing}{of} is missing.{bank} You have no duty to start before it is funded.",
            post.paying_since or post.fundable_at,
            (Action("Open the milestone", f"/milestones/{post.id}"),),
        )  # fmt: skip
    if post.paying_since:
        return _paying(post, f"{missing}{of} is expected. It counts as funded when it has arrived.")
    return Card(
        "fund", True,
        f"Your turn: fund “{post.title}”",
        f"{missing}{of} goes into escrow and stays there until you approve the work. "
        f"{facts.other_name} need not start before.",
        post.fundable_at,
        (Action("Fund", _funding(post), first=True),),
        "Fund", named(post, missing),
    )  # fmt: skip


def fund_missing(facts: Facts, post: Post, show: Shows) -> Card:
    """What holds some but not all: the client funds the rest, the freelancer may hand in."""
    missing = show.money(post.lacks_minor, facts.currency)
    words = funded_words(post, facts.currency, show) or f"{missing} is missing"
    since = post.paying_since or post.fundable_at or post.submitted_at
    if not facts.client:
        way = "is on its way" if post.paying_since else "is still missing"
        milestone = Action("Open the milestone", f"/milestones/{post.id}")
        return Card(
            "bank" if post.paying_since else "answering", False,
            f"Waiting for {facts.other_name} to fund the missing {missing} of “{post.title}”",
            f"{words}; {missing} {way}. You may submit the work, and need not begin more than is "
            "funded.",
            since, (to_submit(post), milestone),
        )  # fmt: skip
    if post.paying_since:
        return _paying(post, f"{words}. The missing {missing} is expected.")
    need = f"{facts.other_name} may submit the work, and need not begin more than is funded."
    if post.state == "submitted":
        need = f"{facts.other_name} has submitted the work; approving it needs the whole amount."
    return Card(
        "missing", True,
        f"Your turn: fund the missing {missing} of “{post.title}”",
        f"{words}. {need}",
        since, (Action("Fund", _funding(post), first=True),),
        "Fund", f"the missing {missing} of {post.title}",
    )  # fmt: skip


def _paying(post: Post, text: str) -> Card:
    """The client's payment is under way."""
    return Card(
        "bank", False, f"Waiting for your {_payer(post)}: “{post.title}”", text,
        post.paying_since, (Action("Show the payment", _funding(post)),),
    )  # fmt: skip


def _funding(post: Post) -> str:
    return f"/milestones/{post.id}/funding"


def to_submit(post: Post) -> Action:
    """The button to hand in."""
    return Action("Submit work", f"/milestones/{post.id}/submissions/new", first=True)


def named(post: Post, amount: str) -> str:
    """A milestone in a list, with a sum; a checkpoint has none."""
    return f"{post.title}, {amount}" if post.amount_minor else post.title


def _payer(post: Post) -> str:
    """Who has to move when a payment is under way."""
    return "card payment" if post.paying_by == CARD else "bank"
