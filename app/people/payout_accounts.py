"""Where a person is paid out to, and how long payouts wait after a change of it.

The former accounts are the last ones that stood without a wait. Whoever sets them again, by hand
or by `undo`, ends the wait; every other change begins it anew (decision 0101).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy.orm import Session

from app.kernel import events
from app.kernel.errors import Invalid, WrongState
from app.people import tokens
from app.people.models import Person

LASTS = timedelta(hours=48)
"""How long a payout to a changed account waits."""
BLANKS = " \t\r\n"
"""What makes no difference between two accounts."""
_NUMBER = re.compile(r"\d[\d .-]*\d")
_SHOWN = 4
_WITHOUT_BLANKS = str.maketrans("", "", BLANKS)


class Accounts(NamedTuple):
    """A bank account, its holder's name (empty: the person's) and an account at the card provider.

    Empty where there is none.
    """

    bank: str
    holder: str
    card: str

    @property
    def is_some(self) -> bool:
        """Whether there is any account at all."""
        return bool(self.bank or self.card)


Change = Literal["set", "changed", "removed", "undone"]


def change(session: Session, person: Person, accounts: Accounts, *, at: datetime) -> None:
    """Set both accounts. What differs in blanks only is the same account."""
    before, stood = accounts_of(person), standing(person, at)
    # While one waits, a name completes nothing: it may be another one than stood before.
    completes = _same(accounts, before) and ends_at(person, at) is None
    person.payout_account, person.payout_holder, person.card_account = accounts
    if completes or fingerprint(accounts) == fingerprint(before):
        session.flush()
        return
    person.former_payout_account, person.former_payout_holder = stood.bank, stood.holder
    person.former_card_account = stood.card
    how, since = _how(accounts, stood), person.payout_account_changed_at
    waits = how in ("changed", "removed")
    # A clock that was set back makes no wait shorter.
    person.payout_account_changed_at = max(at, since or at) if waits else None
    session.flush()
    _record(session, person, before, how, at)


def undo(session: Session, person: Person, *, at: datetime) -> None:
    """Set the former accounts again, which ends the wait. Raises WrongState where none waits."""
    if ends_at(person, at) is None:
        raise WrongState("payout_account.nothing_to_undo")
    change(session, person, _former(person), at=at)


def ends_at(person: Person, at: datetime) -> datetime | None:
    """When the wait after the last change ends; None where none is under way."""
    changed_at = person.payout_account_changed_at
    return changed_at + LASTS if changed_at and at < changed_at + LASTS else None


def waits_until(person: Person, at: datetime, *, by_card: bool) -> datetime | None:
    """Until when a payout to the present account waits; None where that account did not change."""
    now, former = accounts_of(person), _former(person)
    if by_card:
        waits = bool(now.card) and bare(now.card) != bare(former.card)
    else:
        waits = bool(now.bank) and not _same_at_bank(now, former)
    return ends_at(person, at) if waits else None


def standing(person: Person, at: datetime) -> Accounts:
    """The last accounts that stood without a wait; those that were removed stand on."""
    present = accounts_of(person)
    return _former(person) if ends_at(person, at) or not present.is_some else present


def bare(account: str) -> str:
    """An account as it is compared: without blanks and line ends."""
    return account.translate(_WITHOUT_BLANKS)


def fingerprint(accounts: Accounts) -> str:
    """What a page holds of the accounts that it shows, to know later whether they still stand."""
    return tokens.digest("\n".join(bare(account) for account in accounts))[:16]


def merged(typed: Accounts, person: Person, seen: str) -> Accounts:
    """What a page that showed accounts with the fingerprint `seen` asks to set.

    A page that is older than a change does not take it back by accident: what was not touched on
    it stays as it stands now. Raises Invalid `payout_account.changed_meanwhile` where it was.
    """
    present = accounts_of(person)
    if not seen or seen == fingerprint(present):
        return typed
    if fingerprint(typed) == seen:
        return present
    raise Invalid("payout_account.changed_meanwhile", field="payout_account")


def ending(account: str) -> str:
    """The last four digits of an account's number, or nothing where it is too short to hide."""
    if account.startswith("acct_"):
        return account[-_SHOWN:]
    numbers = [re.sub(r"\D", "", found) for found in _NUMBER.findall(account)]
    longest = max(numbers, key=len, default="")
    return longest[-_SHOWN:] if len(longest) >= 2 * _SHOWN else ""


def accounts_of(person: Person) -> Accounts:
    """Where a person is paid now."""
    return Accounts(person.payout_account, person.payout_holder, person.card_account)


def _former(person: Person) -> Accounts:
    return Accounts(
        person.former_payout_account, person.former_payout_holder, person.former_card_account
    )


def _same(new: Accounts, old: Accounts) -> bool:
    return _same_at_bank(new, old) and bare(new.card) == bare(old.card)


def _same_at_bank(new: Accounts, old: Accounts) -> bool:
    """Another holder is another account; a name where there was none only completes it.

    To take a name away is a change: otherwise another one could be put there in two steps.
    """
    return bare(new.bank) == bare(old.bank) and bare(old.holder) in ("", bare(new.holder))


def _how(accounts: Accounts, stood: Accounts) -> Change:
    """What the change is; the first account of all is only set, and nothing waits for it."""
    if not stood.is_some:
        return "set"
    if _same(accounts, stood):
        return "undone"
    return "changed" if accounts.is_some else "removed"


def _record(session: Session, person: Person, before: Accounts, how: Change, at: datetime) -> None:
    """Keep what changed, with no more of an account than its end; the person is told."""
    now = accounts_of(person)
    bank_stays = fingerprint(now._replace(card="")) == fingerprint(before._replace(card=""))
    changed = [] if bank_stays else [("bank", now.bank)]
    changed += [] if bare(before.card) == bare(now.card) else [("card", now.card)]
    until = ends_at(person, at)
    events.record(
        session, f"person:{person.id}", "payout_account.changed", by=person.id, at=at,
        subject=("person", person.id),
        facts={
            "person": person.id,
            "how": how,
            "accounts": [[kind, ending(new), not new] for kind, new in changed],
            "until": until.isoformat() if until else None,
        },
    )  # fmt: skip
