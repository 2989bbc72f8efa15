"""Every event of a workroom in words: who did what. An unknown kind is still readable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Protocol


class Shows(Protocol):
    """How the reader sees amounts and days."""

    def money(self, amount_minor: int | None, currency: str) -> str: ...

    def day(self, value: date | datetime | None) -> str: ...


Facts = Mapping[str, Any]

SENTENCES: dict[str, str] = {
    "engagement.begun": "{who} chose {freelancer} for this job; the workroom was opened",
    "engagement.ended": "{who} ended this engagement",
    "engagement.cut": "{who} ended what was not submitted",
    "engagement.dormant": "Nothing happened for 90 days: {amount} goes back to the client",
    "engagement.finished": "All agreed work is done; this engagement is finished",
    "selection.settled": "The other proposals were told",
    "terms.proposed": "{who} sent terms no. {number}, {total} in all",
    "terms.countered": "Terms no. {number} were answered with a counter-proposal",
    "terms.accepted": "{who} accepted terms no. {number}, {total} in all; they are in force",
    "terms.declined": "{who} declined terms no. {number}",
    "terms.withdrawn": "{who} withdrew terms no. {number}",
    "terms.lapsed": "Terms no. {number} lapsed without an answer",
    "milestone.fundable": "“{title}” can be funded{missing}",
    "milestone.partly_funded": "“{title}” is partly funded: {funded}",
    "milestone.funded": "“{title}” was funded: {amount} is in escrow",
    "money.kept": "{amount} that was put in for “{title}” is in escrow now; more is needed",
    "money.rolled": "{amount} that “{title}” no longer needs is used for “{onto}”",
    "milestone.submitted": "{who} submitted “{title}”{again}",
    "submission.withdrawn": "{who} withdrew the submission of “{title}”",
    "milestone.approved": "{who} approved “{title}”",
    "milestone.released": "{who} released {amount} for “{title}”{fee}",
    "milestone.part_released": "{who} released {amount}, a part of “{title}”{rest}{fee}",
    "milestone.completed": "“{title}” is closed with the {amount} that was released",
    "milestone.changes_requested": "{who} asked for changes to “{title}”",
    "milestone.cancelled": "“{title}” was taken out",
    "ask.made": "{who} asked for the {amount} of “{title}” back",
    "ask.refused": "{who} refused to send the {amount} of “{title}” back",
    "ask.withdrawn": "{who} withdrew the ask for the money of “{title}”",
    "ask.overtaken": "The ask for the money of “{title}” was overtaken",
    "ask.granted": "{who} sent the {amount} of “{title}” back",
    "dispute.opened": "{who} opened a dispute about {disputed} of “{title}”; that sum is frozen",
    "dispute.answered": "{who} answered the dispute about “{title}”",
    "dispute.offered": "{who} offered to split the {disputed} of “{title}”: {split}",
    "dispute.number_entered": "{who} entered a sealed number about “{title}”",
    "dispute.not_met": "The sealed numbers about “{title}” did not meet",
    "dispute.called": "{who} called the arbiter about “{title}”",
    "dispute.taken": "{who} took on the dispute about “{title}”, and sees messages and files",
    "dispute.settled": "The dispute about “{title}” is settled{how}: {split}{fee}",
    "dispute.ruled": "{who} ruled on the dispute about “{title}”: {split}{fee}",
    "dispute.withdrawn": "{who} ended the dispute; the {disputed} of “{title}” is free again",
    "bonus.paid": "{who} paid a bonus of {amount}{rewarded}",
    "payment.started": "{who} announced a payment of {amount}, reference {reference}",
    "payment.confirmed": "{who} confirmed a payment of {received}{covered}",
    "payment.charged_back": "{amount} of payment {reference} was charged back by the payer’s bank",
    "preparation.made": "{who} prepared {amount}; a second person confirms it",
    "preparation.seconded": "{who} confirmed {amount} as the second person",
    "preparation.cancelled": "{who} cancelled what was prepared of {amount}",
    "payment.cancelled": "{who} cancelled a payment",
    "payment.superseded": "A payment of {amount} under way, reference {reference}, is no longer "
    "needed as it was; it may still arrive",
    "payment.not_sent": "{who} said that the payment of {amount}, reference {reference}, was not "
    "sent",
    "payment.expired": "Nobody paid the {amount} of {reference} by card in time",
    "payment.failed": "The card payment {reference} of {amount} did not go through",
    "payment.given_back": "{amount} of the payment {reference} was given back by the card’s bank",
    "surplus.sent_back": "{amount} of the payment {reference} was not needed and goes back",
    "money.refunded": "{amount} that was in escrow for “{title}” goes back to the client",
    "refund.settled": "A refund of {amount} was sent",
    "refund.failed": "A refund of {amount} could not be sent back; it is on the client’s balance",
    "cover.returned": "{amount} that the board had added to a short payment is the board’s again",
    "money.prefunded": "{amount} was put in escrow for “{title}” before the terms are accepted",
    "invoice.issued": "{who} issued invoice no. {number} over {amount}",
    "invoice.reversed": "{who} took invoice no. {reverses} back by credit note no. {number}",
    "file.added": "{who} added the file “{name}”",
    "message.posted": "{who} wrote a message",
    "report.asked": "The status report for week {week} was asked for",
    "report.nudged": "The status report for week {week} was asked for again",
    "report.filed": "{who} filed the status report for week {week}{quiet}",
    "feedback.left": "{who} left feedback",
    "feedback.published": "{whose} feedback was shown",
    "feedback.replied": "{who} answered the feedback",
}
"""By kind. A test compares them with every kind that the stories record."""


class _Blanks(dict[str, Any]):
    """A fact that is missing leaves the sentence readable."""

    def __missing__(self, key: str) -> str:
        return "…"


def sentence(kind: str, facts: Facts, who: str, show: Shows, **more: str) -> str:
    """One event in words, without a full stop.

    Args:
        who: the acting person as the reader calls them (“You”, a name, “The board”).
        more: what the facts lack, such as the title of the milestone or the freelancer's name.
    """
    words = SENTENCES.get(kind)
    if words is None:
        return f"{who}: {kind.replace('.', ' ').replace('_', ' ')}"
    blanks = _Blanks(facts)
    blanks.update(more)
    blanks.update({name: make(facts, show) for name, make in _MADE.items()}, who=who)
    said = words.format_map(blanks)
    if facts.get("own"):
        said += " (as the board’s only operator, and a party to this work)"
    if facts.get("way") == "clock":
        said += ", because the review days had passed"
    if facts.get("way") in ("link", "letter", "reply"):
        said += ", from a letter"
    return said


def _money(*names: str) -> Callable[[Facts, Shows], str]:
    def made(facts: Facts, show: Shows) -> str:
        minor = next((facts[name] for name in names if facts.get(name) is not None), None)
        currency = str(facts.get("currency") or facts.get("_currency") or "")
        return show.money(minor, currency) if minor is not None and currency else "money"

    return made


def _fee(facts: Facts, show: Shows) -> str:
    return f"; the board kept {_money('fee_minor')(facts, show)}" if facts.get("fee_minor") else ""


def _week(facts: Facts, _show: Shows) -> str:
    return str(facts.get("week", "")).partition("-W")[2].lstrip("0") or "…"


def _rest(facts: Facts, show: Shows) -> str:
    rest = _money("rest_minor")(facts, show) if facts.get("rest_minor") else ""
    what = "is asked back" if facts.get("rest") == "ask_back" else "stays in escrow"
    return f"; {rest} {what}" if rest else ""


def _covered(facts: Facts, show: Shows) -> str:
    if not facts.get("covered_minor"):
        return ""
    return f"; the board added {_money('covered_minor')(facts, show)} that was short"


def _split(facts: Facts, show: Shows) -> str:
    gets, back = (_money(f"to_{side}_minor")(facts, show) for side in ("freelancer", "client"))
    return f"{gets} to the freelancer, {back} back to the client"


def _how(facts: Facts, show: Shows) -> str:
    if facts.get("how") != "numbers":
        return ""
    most, least = (_money(f"{name}_minor")(facts, show) for name in ("most", "least"))
    return f" by sealed numbers that met ({most} and {least}) in the middle"


def _funded(facts: Facts, show: Shows) -> str:
    of, whole = (_money(f"{name}_minor")(facts, show) for name in ("funded", "whole"))
    return f"{of} of {whole} funded"


def _missing(facts: Facts, show: Shows) -> str:
    if not facts.get("partly"):
        return ""
    return f": {_money('amount_minor')(facts, show)} is missing, {_funded(facts, show)}"


_MADE: dict[str, Callable[[Facts, Shows], str]] = {
    "amount": _money("amount_minor", "amount", "received_minor"),
    "received": _money("received_minor", "amount_minor"),
    "fee": _fee,
    "funded": _funded,
    "missing": _missing,
    "total": _money("total_minor"),
    "week": _week,
    "again": lambda facts, _: (
        f" again (no. {facts['number']})" if facts.get("number", 1) > 1 else ""
    ),
    "rest": _rest,
    "covered": _covered,
    "disputed": _money("disputed_minor"),
    "split": _split,
    "how": _how,
    "rewarded": lambda facts, _: f" for “{facts['rewarded']}”" if facts.get("rewarded") else "",
    "quiet": lambda facts, _: ": nothing this week" if facts.get("quiet") else "",
}
