"""The chart of accounts: what each account is called, whose it is, and whether it has a floor."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AccountName:
    """An account in any currency. `floor` says that it can never go below zero."""

    name: str
    kind: str
    owner_id: str = ""
    floor: bool = True


def held(milestone_id: str) -> AccountName:
    """What is in escrow for a milestone."""
    return AccountName(f"held:{milestone_id}", "held", milestone_id)


def prefunded(revision_id: str, milestone_id: str) -> AccountName:
    """What was put in for a milestone of terms that nobody has accepted yet."""
    return AccountName(f"prefunded:{revision_id}:{milestone_id}", "prefunded", milestone_id)


def balance(person_id: str) -> AccountName:
    """What a person may spend or ask to be paid out."""
    return AccountName(f"balance:{person_id}", "balance", person_id)


def bank(provider: str) -> AccountName:
    """The world outside, as a provider sees it; below zero by what the board holds."""
    return AccountName(f"bank:{provider}", "bank", provider, floor=False)


def refund_in_transit(provider: str) -> AccountName:
    """Decided to go back, and not yet known to have arrived."""
    return AccountName(f"refund_in_transit:{provider}", "refund_in_transit", provider)


def payout_in_transit(provider: str) -> AccountName:
    """Decided to be paid out, and not yet known to have arrived."""
    return AccountName(f"payout_in_transit:{provider}", "payout_in_transit", provider)


def loss() -> AccountName:
    """What the board itself has borne; below zero by as much."""
    return AccountName("loss", "loss", floor=False)


def suspense() -> AccountName:
    """Money that came to the bank and has no place yet."""
    return AccountName("suspense", "suspense")
