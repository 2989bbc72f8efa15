"""The page of a link that decides nothing any more: what became of it, and what comes next."""

from __future__ import annotations

from typing import Any

from app.blueprints.escrow import under_way as superseded
from app.blueprints.escrow.paying import waiting
from app.blueprints.locale import formats
from app.blueprints.mail import funding, renewing
from app.blueprints.mail.opened import Opened, nonce
from app.escrow import payments, under_way, work
from app.escrow.cards.models import CardCheckout
from app.escrow.incoming import funding as escrow_funding
from app.escrow.models import Milestone, Payment, Submission
from app.escrow.provider import CARD
from app.extensions import db
from app.mail import deciding
from app.mail.deciding import Target
from app.people import links
from app.people.models import Link
from app.terms.models import Revision
from app.workroom import weeks

PAGE = "links/over.html"
WHY = {
    "expired": ("This link has ended", "Links from letters work for 14 days."),
    "cancelled": ("This link is cancelled", "You cancelled it; nothing was decided by it."),
    "stopped": (
        "This link does nothing any more",
        "Your access to this board is stopped, so nothing can be decided by it. What was agreed, "
        "and what is in escrow, stays as it is. Write to whoever runs the board.",
    ),
    "revoked": ("This link has ended", "What it was about was decided, or taken back."),
}


def status(seen: Opened) -> int:
    """Used links tell what was done; the others are gone."""
    return 200 if seen.state == "used" else 410


def shown(seen: Opened, *, asked: bool = False) -> dict[str, Any]:
    """The heading, the sentences, and where to go from here."""
    session, link = db.session(), seen.link
    if seen.state == "stopped":
        heading, sentence = WHY["stopped"]
        return {"seen": seen, "heading": heading, "sentence": sentence}
    room = renewing.room_of(session, link)
    heading, sentence = _said(seen)
    paying = link.outcome.startswith("paying:") and seen.state == "used"
    payment = session.get(Payment, link.outcome.partition(":")[2]) if paying else None
    pending = payment is not None and payment.state in ("started", "pending")
    card = payment is not None and payment.provider == CARD
    return {
        "seen": seen,
        "nonce": nonce(seen.token),
        "heading": heading,
        "sentence": sentence,
        "room": room,
        "bank": waiting(payment) if payment is not None and pending and not card else None,
        "card": pending and card,
        "checkout": session.get(CardCheckout, payment.id) if payment is not None else None,
        "moot": _moot(seen, payment),
        "upcoming": _upcoming(link) if seen.state == "used" else None,
        "fund": _to_fund(seen) if seen.state == "moved" else None,
        "renewable": renewing.current(session, link) is not None,
        "asked": asked,
        "masked": masked(seen.person.email),
    }


def _moot(seen: Opened, payment: Payment | None) -> str:
    """The page of the payment that the link began, or that covers what it would ask for."""
    if payment is not None:
        return f"/payments/{payment.id}" if payment.may_arrive else ""
    milestone = deciding.milestone_of(db.session(), seen.target)
    if seen.state != "moved" or milestone is None:
        return ""
    if payments.open_payment(db.session(), milestone.id):
        return f"/milestones/{milestone.id}/funding"
    found = superseded.of_milestone(milestone)
    return f"/payments/{found.id}" if found else ""


def masked(address: str) -> str:
    """An address that its owner recognises: `a…@example.org`."""
    name, _, host = address.partition("@")
    return f"{name[:1]}…@{host}"


def _said(seen: Opened) -> tuple[str, str]:
    if seen.state == "used":
        return _done(seen.link)
    if seen.state == "moved":
        if seen.code in deciding.REPRICED:
            return "The terms have changed", seen.why
        return "There is nothing to decide here any more", seen.why
    return WHY["cancelled" if seen.link.outcome == "cancelled" else seen.state]


def _done(link: Link) -> tuple[str, str]:
    """What was done by the link, in the past tense."""
    session, shows = db.session(), formats()
    when = shows.when(link.spent_at)
    kind, _, _ = link.outcome.partition(":")
    if link.purpose == "review":
        submission = session.get_one(Submission, link.object_id)
        milestone = session.get_one(Milestone, submission.milestone_id)
        if kind == "changes":
            return "Changes are requested", (
                f"You asked for changes to “{milestone.title}” {when}. The money stays where it "
                "is; you hear when it is handed in again."
            )
        room = renewing.room_of(session, link)
        currency = room.currency if room else "USD"
        if kind == "part":
            amount = shows.money(int(link.outcome.partition(":")[2] or 0), currency)
            return f"{amount} is released", (
                f"You released this part of “{milestone.title}” {when}. The milestone stays open; "
                "the rest stays in escrow until it is approved or goes back."
            )
        amount = shows.money(work.released(session, milestone), currency)
        released = f" {amount} is released." if milestone.amount_minor else ""
        return f"“{milestone.title}” is approved", f"You approved it {when}.{released}"
    if link.purpose == "terms":
        revision = session.get_one(Revision, link.object_id)
        if kind == "accepted":
            return f"Terms no. {revision.number} are accepted", (
                f"You accepted them {when}. Both of you have agreed, so they are in force."
            )
        return f"Terms no. {revision.number} are declined", (
            f"You declined them {when}. The other side has your reason."
        )
    if link.purpose == "report":
        week = weeks.number(link.object_id.partition(":")[2])
        return "Your report is sent", f"You sent the status report for week {week} {when}."
    return _paid(link, when)


def _paid(link: Link, when: str) -> tuple[str, str]:
    session = db.session()
    milestone = session.get_one(Milestone, link.object_id)
    title, balance = milestone.title, work.balance(session, milestone)
    payment = session.get(Payment, link.outcome.partition(":")[2])
    if payment is not None and payment.state == "settled":
        if balance.is_whole:
            return f"“{title}” is funded", "The money is in escrow until you approve the work."
        currency, shows = payment.currency, formats()
        came = f"{shows.money(payment.received_minor or 0, currency)} came for “{title}”."
        if not balance.lacks_minor:
            return "Your payment has arrived", came
        funded, whole = balance.funded_minor, balance.whole_minor
        return "Your payment has arrived", (
            f"{came} {shows.money(funded, currency)} of {shows.money(whole, currency)} is funded "
            "now; the rest is still missing."
        )
    if payment is not None and payment.provider == CARD:
        if payment.state in ("started", "pending"):
            return "Waiting for Stripe", f"You chose {when} to fund “{title}” by card."
        return "This payment was not made", f"You began to fund “{title}” by card {when}."
    if payment is not None and payment.state in ("started", "pending"):
        return "Waiting for your bank", f"You chose {when} to fund “{title}” by bank transfer."
    if payment is not None and payment.may_arrive:
        return "This payment is no longer needed as it was", (
            f"You chose {when} to fund “{title}”; things have changed since. If you already sent "
            f"{_amount(payment)}, reference {payment.reference}, it may still arrive, and is "
            "not asked for again. If you have not sent it, do not send it: open the payment, and "
            "say so."
        )
    return "This payment was cancelled", f"You began to fund “{title}” {when}."


def _amount(payment: Payment) -> str:
    """The amount of a payment, as the link's person reads it."""
    return formats().money(payment.amount_minor, payment.currency)


def _to_fund(seen: Opened) -> dict[str, Any] | None:
    """What is missing of the milestone that the link was about, where its reader may fund it."""
    session = db.session()
    milestone = deciding.milestone_of(session, seen.target)
    room = renewing.room_of(session, seen.link)
    if milestone is None or room is None:
        return None
    if not escrow_funding.can_fund(session, milestone, room, seen.person.id):
        return None
    asked = payments.asked_now(session, milestone)
    if not asked:
        return None
    missing = formats().money(asked, room.currency)
    return {"href": f"/milestones/{milestone.id}/funding", "missing": missing}


def _upcoming(link: Link) -> dict[str, Any] | None:
    """The milestone to fund next, with the address of its own link; None where nothing asks."""
    token = funding.next_token(link)
    found = db.session().get(Link, funding.next_id(link)) if token else None
    if found is None or links.state(found, at=formats().now) != "live":
        return None
    target = Target(found.purpose, found.object_kind, found.object_id, found.version)
    if deciding.moved_on(db.session(), target):
        return None
    milestone = db.session().get_one(Milestone, found.object_id)
    missing = under_way.asked(db.session(), milestone)
    return {"href": f"/links/{token}", "milestone": milestone, "missing": missing}
