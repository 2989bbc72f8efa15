"""Guessing is slowed down, in the database (docs/decisions/0104).

A try is counted before the password is looked at, in a transaction of its own, so that twenty
guesses at once count as twenty; a try that was right is taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from math import ceil

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from app.kernel.errors import Refused
from app.kernel.text import fold_email
from app.people import tokens
from app.people.models import Throttle

WINDOW = timedelta(minutes=15)
DAY = timedelta(days=1)
ACCOUNT_LIMIT = 10
"""Wrong passwords for one account from one network, or from one browser that knows it; and links

to it that are asked for by mail."""
ADDRESS_LIMIT = 60
"""Wrong passwords from one network, over all accounts."""
DAILY_LIMIT = 100
"""Wrong passwords for one account in a day, from browsers that have never signed in to it."""


@dataclass(frozen=True, slots=True)
class Counter:
    """One count of tries: under which key, how many in which time, and what is said above that.

    `clears` says that a right try ends the count; otherwise it takes back its own only.
    """

    key: str
    limit: int
    window: timedelta = WINDOW
    code: str = "sign_in.throttled"
    clears: bool = False


def guesses(account: str, address: str, browser: str = "") -> tuple[Counter, ...]:
    """The counters of a password typed for an account.

    Args:
        account: the e-mail address, known to the board or not: both look alike from outside.
        address: where it comes from.
        browser: an id of the browser, where it has signed in to this account before. It has a
            counter of its own, so that nobody who guesses elsewhere locks its owner out.
    """
    whose = _account(account)
    if browser:
        key = f"browser:{tokens.digest(browser)[:32]}:{whose}"
        return (Counter(key, ACCOUNT_LIMIT, clears=True),)
    place = network(address)
    return (
        Counter(f"day:{whose}", DAILY_LIMIT, DAY, "sign_in.by_link_only"),
        Counter(f"pair:{whose}:{place}", ACCOUNT_LIMIT, clears=True),
        Counter(f"network:{place}", ADDRESS_LIMIT),
    )


def links(account: str, address: str) -> tuple[Counter, ...]:
    """The counters of links that are asked for: they must not flood a mailbox."""
    return (
        Counter(f"mail:{_account(account)}", ACCOUNT_LIMIT),
        Counter(f"network:{network(address)}", ADDRESS_LIMIT),
    )


def count(session: Session, counters: Sequence[Counter], at: datetime) -> bool:
    """Count one try; True where it is the last one of a day that these counters take.

    Raises Refused("sign_in.throttled", minutes=…) or Refused("sign_in.by_link_only") where it is
    one too many; nothing is counted then.
    """
    rows = [(counter, session.get(Throttle, counter.key)) for counter in counters]
    for counter, row in rows:
        if row is not None and _runs(row, counter, at) and row.failures >= counter.limit:
            left = (row.since + counter.window - at).total_seconds() / 60
            raise Refused(counter.code, minutes=ceil(left))
    is_last = False
    for counter, row in rows:
        if row is None:
            row = Throttle(key=counter.key, since=at, failures=0)
            session.add(row)
        if not _runs(row, counter, at):
            row.since, row.failures = at, 0
        row.failures += 1
        is_last |= counter.window == DAY and row.failures == counter.limit
    session.flush()
    return is_last


def take_back(session: Session, counters: Sequence[Counter]) -> None:
    """A try that was right is none; it also ends the counts that it `clears`."""
    for counter in counters:
        row = session.get(Throttle, counter.key)
        if row is not None:
            row.failures = 0 if counter.clears else max(0, row.failures - 1)
    session.flush()


def forget(session: Session, *, at: datetime) -> None:
    """Drop counters that are over, whatever they count, and those of a clock that stood wrong."""
    session.execute(
        delete(Throttle).where(or_(Throttle.since <= at - DAY, Throttle.since > at + DAY))
    )


def network(address: str) -> str:
    """The network that an address belongs to: an IPv4 address, the first half of an IPv6 one.

    >>> network("192.0.2.7"), network("::ffff:192.0.2.7"), network("2001:db8:1:2:3::4")
    ('192.0.2.7', '192.0.2.7', '2001:db8:1:2::/64')
    """
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:60]
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is None:
            return str(ip_network((found, 64), strict=False))
        found = found.ipv4_mapped
    return str(found)


def _account(text: str) -> str:
    return tokens.digest(fold_email(text))[:32]


def _runs(row: Throttle, counter: Counter, at: datetime) -> bool:
    """Whether the row's time is now: not over, and not of a clock that was set back since.

    Of guesses at once, one may be a moment older than the first that was counted.
    """
    return row.since - WINDOW <= at < row.since + counter.window
