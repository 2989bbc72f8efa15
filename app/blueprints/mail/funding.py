"""Funding the next milestone by link: the bank's reference, without signing in."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from app.adapters import test_money
from app.blueprints.escrow import cards
from app.blueprints.escrow.paying import sums_shown, sums_text
from app.blueprints.fields import Form, Radios, Words
from app.blueprints.mail.opened import Opened, settings
from app.blueprints.providers import card_provider, may_lead_there
from app.engagement.models import Engagement
from app.escrow import under_way, work
from app.escrow.incoming import funding
from app.escrow.milestones import closing
from app.escrow.models import Milestone, Payment
from app.escrow.provider import CARD
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid
from app.people import links
from app.people.models import Link, Person

PAGE = "links/fund.html"


class FundByLink(Form):
    """How to pay. A balance is not offered: a link moves no money that is here already."""

    method = Radios("Payment method", choices=[], default="bank")
    comment = Words("Comment", 500, required=False, hint="For the freelancer and the bookkeeper.")


def blank(currency: str) -> FundByLink:
    """The form, with the methods on offer."""
    form, provider = FundByLink(), card_provider()
    form.method.choices = [("bank", "Bank transfer (1 to 2 working days, no charge)")]
    if provider and provider.offers(currency):
        may_lead_there()
        form.method.choices.append((CARD, "Card (Stripe)"))
    if test_money.offered(settings()):
        words = "Test money (at once; nothing here is real)"
        form.method.choices.append((test_money.NAME, words))
    return form


def load(seen: Opened) -> tuple[Milestone, Engagement]:
    """The milestone that the link is bound to, and its workroom."""
    milestone = db.session().get_one(Milestone, seen.link.object_id)
    return milestone, db.session().get_one(Engagement, milestone.engagement_id)


def shown(seen: Opened) -> dict[str, Any]:
    """What to pay, and how."""
    milestone, room = load(seen)
    session = db.session()
    balance, lacks = work.balance(session, milestone), under_way.asked(session, milestone)
    return {
        "room": room,
        "milestone": milestone,
        "balance": balance,
        "freelancer": session.get_one(Person, room.freelancer_id).name,
        "lacks": lacks,
        "shown": sums_text({milestone.id: lacks}),
        "coming": under_way.in_room(session, room.id),
        "form": blank(room.currency),
        "instead": f"/milestones/{milestone.id}/funding",
    }


def act(seen: Opened, _what: str) -> str:
    """Begin the payment; test money is here at once. Returns the outcome with its payment."""
    milestone, room = load(seen)
    session, at, form = db.session(), clock.now(), blank(room.currency)
    if not form.validate():
        raise Invalid("link.form", field="method", form=form)
    payment = funding.start(
        session, room, [milestone], provider=form.method.data, comment=form.comment.data,
        shown=sums_shown(), by=seen.person, at=at,
    )  # fmt: skip
    test_money.arrive(session, payment, by=seen.person, at=at)
    return f"{'funded' if payment.state == 'settled' else 'paying'}:{payment.id}"


def onward(seen: Opened) -> Response | None:
    """On to the provider's page, where the link has begun to pay by card."""
    kind, _, payment_id = seen.link.outcome.partition(":")
    payment = db.session().get(Payment, payment_id) if kind == "paying" else None
    if payment is None or payment.provider != CARD:
        return None
    return cards.lead_on(payment, f"/links/{seen.token}")


def mint_next(seen: Opened, room: Engagement) -> None:
    """After a yes, let the same page lead to funding what comes next (for the client alone)."""
    session = db.session()
    upcoming = closing.next_fundable(session, room.id)
    if upcoming is None or seen.person.id != room.client_id:
        return
    links.mint(
        session, settings().secret_key, seen.person.id, "fund", "milestone", upcoming.id,
        str(upcoming.amount_minor), at=clock.now(), link_id=next_id(seen.link),
    )  # fmt: skip


def next_token(link: Link) -> str:
    """The token of the link that `mint_next` made; empty where it made none. Never writes."""
    found = db.session().get(Link, next_id(link))
    if found is None:
        return ""
    _, token = links.mint(
        db.session(), settings().secret_key, found.person_id, found.purpose, found.object_kind,
        found.object_id, found.version, at=found.created_at, link_id=found.id,
    )  # fmt: skip
    return token


def next_id(link: Link) -> str:
    """The id of the link that comes after this one."""
    return f"{link.id}.next"
