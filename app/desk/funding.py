"""Whose turn it is with a milestone's money: the client's, to fund all of it or what is missing."""

from __future__ import annotations

from collections.abc import Iterator

from app.desk.cards import Action, Card, Facts, Post, Shows, funded_words
from app.escrow.provider import CARD
from app.escrow.under_way import Coming


def fund(facts: Facts, post: Post, show: Shows) -> Card:
    """Nothing is there yet."""
    missing = show.money(_asked(facts, post), facts.currency)
    partly = _asked(facts, post) < post.amount_minor
    of = f" of {show.money(post.amount_minor, facts.currency)}" if partly else ""
    if not facts.client:
        whole = coming_minor(post) == post.lacks_minor
        bank = " The payment is on its way." if whole else _partly_on_its_way(facts, post, show)
        return Card(
            "bank" if _is_under_way(post) else "answering", False,
            f"Waiting for {facts.other_name} to fund “{post.title}”",
            f"{missing}{of} is missing.{bank} You have no duty to start before it is funded.",
            post.paying_since or post.fundable_at,
            (Action("Open the milestone", f"/milestones/{post.id}"),),
        )  # fmt: skip
    if post.paying_since:
        text = f"{missing}{of} is expected. It counts as funded when it has arrived."
        return _paying(facts, post, text, show)
    coming = _coming_for(facts, post)
    if coming and not post.asked_minor:
        return _all_under_way(post, coming[0], show)
    return Card(
        "fund", True,
        f"Your turn: fund “{post.title}”",
        f"{missing}{of} goes into escrow and stays there until you approve the work. "
        f"{facts.other_name} need not start before.{_beyond(coming, show)}",
        post.fundable_at,
        (Action("Fund", _funding(post), first=True), *_not_sent(coming)),
        "Fund", named(post, missing),
    )  # fmt: skip


def fund_missing(facts: Facts, post: Post, show: Shows) -> Card:
    """What holds some but not all: the client funds the rest, the freelancer may hand in."""
    missing = show.money(_asked(facts, post), facts.currency)
    words = funded_words(post, facts.currency, show) or f"{missing} is missing"
    since = post.paying_since or post.fundable_at or post.submitted_at
    if not facts.client:
        whole = coming_minor(post) == post.lacks_minor
        way = "is on its way" if whole else "is still missing"
        milestone = Action("Open the milestone", f"/milestones/{post.id}")
        return Card(
            "bank" if _is_under_way(post) else "answering", False,
            f"Waiting for {facts.other_name} to fund the missing {missing} of “{post.title}”",
            f"{words}; {missing} {way}.{_partly_on_its_way(facts, post, show)} You may submit the "
            "work, and need not begin more than is funded.",
            since, (to_submit(post), milestone),
        )  # fmt: skip
    if post.paying_since:
        return _paying(facts, post, f"{words}. {missing} more is expected.", show)
    coming = _coming_for(facts, post)
    if coming and not post.asked_minor:
        return _all_under_way(post, coming[0], show)
    need = f"{facts.other_name} may submit the work, and need not begin more than is funded."
    if post.state == "submitted":
        need = f"{facts.other_name} has submitted the work; approving it needs the whole amount."
    return Card(
        "missing", True,
        f"Your turn: fund the missing {missing} of “{post.title}”",
        f"{words}. {need}{_beyond(coming, show)}",
        since, (Action("Fund", _funding(post), first=True), *_not_sent(coming)),
        "Fund", f"the missing {missing} of {post.title}",
    )  # fmt: skip


def may_arrive(facts: Facts, show: Shows) -> Iterator[Card]:
    """The client's payments that nothing waits for any more, and that may still arrive."""
    waiting = {one.id for one in facts.posts if one.lacks_minor and one.fundable_at}
    for one in facts.coming if facts.client else ():
        if waiting.intersection(one.milestone_ids):
            continue  # its milestone's card speaks of it
        yield Card(
            "coming", False, f"{show.money(one.amount_minor, one.currency)} may still arrive",
            f"{_arriving(one, show)} It is no longer needed as it was. If you have not sent it, "
            "say so.",
            one.started_at, _not_sent([one]),
        )  # fmt: skip


def to_submit(post: Post) -> Action:
    """The button to hand in."""
    return Action("Submit work", f"/milestones/{post.id}/submissions/new", first=True)


def named(post: Post, amount: str) -> str:
    """A milestone in a list, with a sum; a checkpoint has none."""
    return f"{post.title}, {amount}" if post.amount_minor else post.title


def _asked(facts: Facts, post: Post) -> int:
    """What the client is asked for; for the freelancer, and where all of it is on its way, what

    is not in escrow.
    """
    return (post.asked_minor if facts.client else 0) or post.lacks_minor


def coming_minor(post: Post) -> int:
    """What of its need is under way: all of it where a payment is open, which asks for the rest."""
    return post.lacks_minor if post.paying_since else post.covered_minor


def _is_under_way(post: Post) -> bool:
    return coming_minor(post) > 0


def _partly_on_its_way(facts: Facts, post: Post, show: Shows) -> str:
    """How much is on its way, where that is not all."""
    minor = coming_minor(post)
    if not 0 < minor < post.lacks_minor:
        return ""
    return f" {show.money(minor, facts.currency)} of it is on its way."


def _coming_for(facts: Facts, post: Post) -> list[Coming]:
    return [one for one in facts.coming if post.id in one.milestone_ids]


def _paying(facts: Facts, post: Post, text: str, show: Shows) -> Card:
    """The client's payment is under way; and perhaps what may still arrive besides."""
    coming = _coming_for(facts, post)
    more = f" {_arriving(coming[0], show)}" if coming else ""
    besides = [Action("What may still arrive", f"/payments/{one.id}") for one in coming[:1]]
    return Card(
        "bank", False, f"Waiting for your {_payer(post.paying_by)}: “{post.title}”",
        text + more, post.paying_since, (Action("Show the payment", _funding(post)), *besides),
    )  # fmt: skip


def _all_under_way(post: Post, coming: Coming, show: Shows) -> Card:
    """What may still arrive is all that is missing: nobody is asked to pay twice."""
    return Card(
        "bank", False, f"Waiting for your {_payer(coming.provider)}: “{post.title}”",
        f"{_arriving(coming, show)} It is all that “{post.title}” needs. If you have not sent it, "
        "say so; then you are asked again.",
        coming.started_at, _not_sent([coming]),
    )  # fmt: skip


def _beyond(coming: list[Coming], show: Shows) -> str:
    return f" {_arriving(coming[0], show)} This is needed beyond it." if coming else ""


def _arriving(one: Coming, show: Shows) -> str:
    kind = "A card payment" if one.provider == CARD else "A transfer"
    amount = show.money(one.amount_minor, one.currency)
    return f"{kind} of {amount}, reference {one.reference}, is under way and may still arrive."


def _not_sent(coming: list[Coming]) -> tuple[Action, ...]:
    """To look at the oldest of these payments, and to say that it was not sent."""
    if not coming:
        return ()
    one = coming[0]
    label = "I have not paid it" if one.provider == CARD else "I have not sent it"
    return (
        Action("Show the payment", f"/payments/{one.id}"),
        Action(label, f"/payments/{one.id}/cancellation", post=True),
    )


def _funding(post: Post) -> str:
    return f"/milestones/{post.id}/funding"


def _payer(provider: str) -> str:
    """Who has to move when a payment is under way."""
    return "card payment" if provider == CARD else "bank"
