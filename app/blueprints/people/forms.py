"""The forms of people: setting up, joining, signing in, and what one says of oneself."""

from __future__ import annotations

import re
from typing import Any

from wtforms.validators import ValidationError

from app.blueprints.fields import (
    ChoiceField,
    CurrencyField,
    Email,
    Form,
    Password,
    Prose,
    Words,
    ZoneField,
    right_iban,
)
from app.blueprints.parsed_fields import PercentField
from app.kernel.latin import latin
from app.people import passwords

WAYS = (("both", "Both"), ("hire", "Hire"), ("work", "Work"))
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LOCALES = (
    ("en", "$1,250.50 · 24 Nov"),
    ("en-GB", "US$1,250.50 · 24 Nov"),
    ("de", "1.250,50 $ · 24. Nov."),
    ("fr", "1 250,50 $US · 24 nov."),
    ("es", "1250,50 US$ · 24 nov"),
    ("pt", "US$ 1.250,50 · 24 de nov."),
    ("it", "1250,50 USD · 24 nov"),
    ("nl", "US$ 1.250,50 · 24 nov"),
    ("pl", "1250,50 USD · 24 lis"),
)


def roles(way: str) -> dict[str, bool]:
    """What somebody who wants to hire, work or both becomes."""
    return {"hires": way in ("hire", "both"), "works": way in ("work", "both")}


def way(hires: bool, works: bool) -> str:
    """The choice that stands for two roles."""
    return "both" if hires and works else "work" if works else "hire"


def long_enough(_form: Any, field: Any) -> None:
    """A password is long, or (where it may be) not there at all."""
    if field.data and len(field.data) < passwords.LEAST:
        raise ValidationError(f"At least {passwords.LEAST} characters, please.")


class Setup(Form):
    """The first run."""

    board_name = Words("Board name", 80)
    name = Words("Your name", 80)
    email = Email()
    password = Password(validators=[long_enough])
    zone = ZoneField()
    currency = CurrencyField()
    code = Words("Setup code", 200, hint="It stands where the board was started, in the link.")


class SignIn(Form):
    """E-mail and password."""

    email = Email()
    password = Password()


class Address(Form):
    """An e-mail address and nothing else."""

    email = Email()


class Join(Form):
    """Joining the board."""

    name = Words("Your name", 80)
    email = Email()
    password = Password(
        required=False,
        validators=[long_enough],
        hint="You may leave it empty: then a letter with a link signs you in.",
    )
    zone = ZoneField()
    way = ChoiceField("I want to", choices=list(WAYS))


class NewPassword(Form):
    """A password for somebody who followed a link."""

    password = Password("New password", validators=[long_enough])


class ChangePassword(Form):
    """A password for somebody who is signed in."""

    present = Password("Present password", required=False)
    password = Password("New password", validators=[long_enough])


class Profile(Form):
    """What a person says of themselves, and how the board writes to them."""

    name = Words("Your name", 80)
    headline = Words("Headline", 120, required=False, hint="One line below your name.")
    about = Prose("About", 5000, required=False, hint="Markdown works.")
    skills = Words("Skills", 300, required=False, hint="With commas between them.")
    way = ChoiceField("I want to", choices=list(WAYS))
    zone = ZoneField()
    currency = CurrencyField(hint="For jobs that you post; you can choose another each time.")
    locale = ChoiceField("Numbers and dates", choices=list(LOCALES))
    weekday = ChoiceField(
        "Day of my status reports", choices=[(str(n), day) for n, day in enumerate(WEEKDAYS)]
    )


def connected(_form: Any, field: Any) -> None:
    """Refuse what is no account at Stripe."""
    if field.data and not re.fullmatch(r"acct_[A-Za-z0-9]{6,50}", field.data):
        raise ValidationError("A Stripe account begins with acct_ and has no spaces.")


def in_letters(_form: Any, field: Any) -> None:
    """A name that a bank can write."""
    if field.data and not latin(field.data):
        raise ValidationError("A bank writes names in letters; there are none in this one.")


class Money(Form):
    """Where a person is paid, and what stands on invoices."""

    payout_account = Prose(
        "Payout account",
        1000,
        required=False,
        validators=[right_iban],
        hint="IBAN or account number, bank and country: whoever pays you out needs these.",
    )
    payout_holder = Words(
        "Account holder’s name",
        70,
        required=False,
        validators=[in_letters],
        hint="As your bank writes it: banks compare it. Empty: your name on this board.",
    )
    card_account = Words(
        "Stripe account",
        60,
        required=False,
        validators=[connected],
        hint="acct_…, where the board’s operator gave you one: payouts go there instead.",
    )
    billing = Prose(
        "Billing address and tax number", 1000, required=False, hint="For receipts and invoices."
    )
    tax_rate = PercentField("Tax in my prices, in percent", hint="0 where you charge none.")
    tax_words = Words(
        "Words about tax",
        200,
        required=False,
        hint="What the tax is called, or why there is none. It stands on your invoices.",
    )
