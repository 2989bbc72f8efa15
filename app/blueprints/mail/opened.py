"""A link from a letter as it stands now, and the proof that its page was really shown."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from flask import current_app, g

from app.blueprints.guards import board, viewer
from app.blueprints.locale import Formats
from app.engagement.models import Engagement
from app.escrow import payments, work
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import NotFound
from app.mail import deciding
from app.mail.deciding import Target
from app.people import links, tokens
from app.people.models import Link, Person
from app.settings import Settings

PURPOSES = frozenset({"review", "terms", "fund", "report"})


@dataclass(frozen=True, slots=True)
class Opened:
    """A link of ours. `state` is `live`, `used`, `expired`, `revoked`, `stopped` or `moved`.

    `moved` means that it was never used, and that its object moved on: `why` is the sentence, and
    `code` its key in `deciding.MOVED`.
    """

    token: str
    link: Link
    person: Person
    state: str
    why: str = ""
    code: str = ""

    @property
    def target(self) -> Target:
        """What it is bound to."""
        link = self.link
        return Target(link.purpose, link.object_kind, link.object_id, link.version)


def opened(token: str) -> Opened:
    """The link behind a token; its page speaks to the link's person. Raises NotFound."""
    session, at = db.session(), clock.now()
    seen = links.open(session, token, at=at)
    if seen.link is None or seen.person is None or seen.link.purpose not in PURPOSES:
        raise NotFound("link")
    g.formats = Formats(seen.person.locale, seen.person.zone, at)
    found = Opened(token, seen.link, seen.person, seen.state)
    if seen.state in ("used", "unknown", "stopped") or seen.link.outcome == "cancelled":
        return found
    why = deciding.moved_on(session, found.target)
    if why:
        return Opened(token, seen.link, seen.person, "moved", _words(why, found.target), why)
    return found


def _words(why: str, target: Target) -> str:
    """Why it moved on, with the sums that are true now."""
    session = db.session()
    milestone = deciding.milestone_of(session, target)
    if milestone is None:
        return deciding.MOVED[why]
    currency = session.get_one(Engagement, milestone.engagement_id).currency
    sums = {"missing": work.missing(session, milestone), "amount": milestone.amount_minor}
    shown = {name: g.formats.money(minor, currency) for name, minor in sums.items()}
    said = deciding.MOVED[why].format(title=milestone.title, **shown)
    coming = sums["missing"] - payments.asked_now(session, milestone)
    if coming and why in ("raised", "needs_more"):
        said += f" {g.formats.money(coming, currency)} of it is under way already."
    return said


def settings() -> Settings:
    """The board's settings."""
    found: Settings = current_app.config["MILEPOST"]
    return found


def nonce(token: str) -> str:
    """What the page of a link holds, and only that page: it stands where the CSRF token would."""
    return tokens.derived(settings().secret_key, f"link-page:{token}")[:32]


def proven(token: str, given: str) -> bool:
    """Whether a post comes from the page of this link."""
    return hmac.compare_digest(nonce(token).encode(), given.encode("utf-8", "replace"))


def sign_in_first(person: Person, amount_minor: int) -> bool:
    """Whether this is more than the board lets a link decide without a sign-in."""
    here, seen = board(), viewer()
    limit = here.link_limit_minor if here else None
    if limit is None or amount_minor <= limit:
        return False
    return seen is None or seen.id != person.id
