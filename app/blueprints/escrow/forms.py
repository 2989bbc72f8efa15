"""The forms of money and work."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import wtforms
from wtforms.validators import ValidationError

from app.blueprints.fields import ChoiceField, FilesField, Form, Lines, Prose, Radios, Words
from app.blueprints.parsed_fields import DayField, MoneyField, PercentField
from app.kernel import money


def web_address(form: Any, field: Any) -> None:
    """An address that a browser may open."""
    try:
        parts = urlsplit(field.data or "https://nothing")
        parts.port  # noqa: B018 (looks at the port, and raises where it is none)
    except ValueError:
        raise ValidationError("This is no web address.") from None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValidationError("An address begins with https:// or http://.")


class Ticks(wtforms.SelectMultipleField):
    """Any of a few choices, one tick box each."""

    widget = wtforms.widgets.ListWidget(prefix_label=False)
    option_widget = wtforms.widgets.CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        known = {str(choice[0]) for choice in self.choices or ()}
        if not known.issuperset(self.data or ()):
            raise ValidationError("One of these is no longer to be chosen. Look again.")


class FundForm(Form):
    """What to fund besides, and how."""

    sums_shown = ""
    """What the page asks for, by milestone (`paying.sums_text`): an unseen field of the form."""

    also = Ticks("Also fund now", choices=[])
    method = Radios("Payment method", choices=[], default="bank")
    comment = Words("Comment", 500, required=False, hint="For the freelancer and the bookkeeper.")


class PayForm(FundForm):
    """The same, begun at Payments: which milestone, too."""

    milestone = Radios("Milestone", choices=[])


class JobForm(Form):
    """Which job to pay for."""

    job = ChoiceField("Job", choices=[])


class SubmitForm(Form):
    """What is handed in."""

    note = Prose("Note", required=False, hint="What you made, and what to look at first.")
    files = FilesField("Files")
    link = Words(
        "Link to the work", 2000, required=False, validators=[web_address],
        render_kw={"inputmode": "url"},
    )  # fmt: skip


class ChangesForm(Form):
    """What should change."""

    reason = Prose("What should change", 5000)


class PartForm(Form):
    """How much of what is held, and what becomes of the rest."""

    amount = MoneyField("Amount to release", least=1)
    rest = Radios(
        "The rest", default="keep", choices=[
            ("keep", "Keep it in escrow for rework"),
            ("ask_back", "Ask for it back (silence for 7 days sends it back)"),
        ],
    )  # fmt: skip
    why = Prose("Why not all of it", 5000, hint="What should change; the freelancer reads it.")


class BonusForm(Form):
    """How much, what for, and how."""

    amount = MoneyField("Amount", least=1)
    milestone = ChoiceField("For", choices=[])
    method = Radios("Payment method", choices=[], default="bank")
    comment = Words("Comment", 500, required=False, hint="For the freelancer and the bookkeeper.")


class AskForm(Form):
    """Which money the client wants back, and why."""

    milestones = Ticks("Money for", choices=[])
    reason = Prose("Reason", 5000, hint="The freelancer reads it.")


class AnswerForm(Form):
    """Why the money should stay."""

    reason = Prose("Reason", 5000, hint="The client reads it.")


class DisputeForm(Form):
    """Which sum is in dispute, and why."""

    amount = MoneyField("Sum in dispute", least=1)
    reason = Prose("What went wrong", 5000, hint="The other side reads it, and the arbiter, too.")
    files = FilesField("Files")


class DisputeAnswerForm(Form):
    """How the other side sees it."""

    words = Prose("Your answer", 5000, hint="The other side reads it, and the arbiter, too.")
    files = FilesField("Files")


class OfferForm(Form):
    """A split: so much to the freelancer, the rest back."""

    amount = MoneyField("To the freelancer")


class NumberForm(Form):
    """A number that the other side does not see."""

    number = MoneyField("Sealed number")


class RulingForm(Form):
    """What the arbiter decides, and why."""

    amount = MoneyField("To the freelancer")
    reason = Prose("Reasons", 5000, hint="Both sides read them.")


class InvoiceForm(Form):
    """Which releases an invoice is for."""

    releases = Ticks("Released milestones", choices=[])


class PayoutForm(Form):
    """How much to pay out, in one currency."""

    amount = MoneyField("Amount", least=1)


class FeeForm(Form):
    """What the board keeps of releases, and what stands on its invoices for that."""

    rate = PercentField("Fee in percent", hint="0 where the board takes none.")
    minimum = MoneyField(
        "At least, for each milestone", required=False,
        hint="In the board's currency. Work in another currency has no minimum.",
    )  # fmt: skip
    billing = Lines(
        "Billing address and tax number of the board", 1000, required=False,
        hint="Stands on its fee invoices.",
    )  # fmt: skip
    tax_rate = PercentField("Tax in the fee, in percent", hint="0 where you charge none.")
    tax_words = Words("Words about tax", 200, required=False, hint="Such as “VAT”.")


class TakeOutForm(Form):
    """How much of the fees was moved to the firm's own account."""

    amount = MoneyField("Amount", least=1)


class ReceiptForm(Form):
    """What the bank statement says about a payment."""

    received = MoneyField("Amount received", least=1)
    value_on = DayField("Value date")
    paid_by = Words("Paid by", 200, required=False)
    from_account = Words("Account", 100, required=False, hint="A refund would go back there.")
    bank_reference = Words("Bank reference", 200, required=False)
    rest = wtforms.IntegerField(
        default=0, widget=wtforms.widgets.HiddenInput(),
        validators=[wtforms.validators.NumberRange(0, money.MOST)],
    )  # fmt: skip
    """What was missing of a payment that is confirmed already, in minor units; else 0."""


class ReturnForm(Form):
    """Why money did not arrive."""

    reason = Words("What the bank said", 500, hint="Whose money it is reads it, in a letter.")


class ChargebackForm(Form):
    """How much of a payment was taken back, and why."""

    amount = MoneyField("Amount charged back", least=1)
    reason = Words("Reason", 500, hint="Both sides read it, in a letter.")


class TaskForm(Form):
    """How something was looked after."""

    note = Words("What was done", 500, required=False)


class StatementForm(Form):
    """Files from the bank."""

    files = FilesField(
        "Files from your bank", required=True,
        hint="CAMT.053, MT940, OFX, CSV, or a ZIP of them. A line that is known is not taken "
        "twice.",
    )  # fmt: skip


class PlaceForm(Form):
    """Which payment, refund or payout a line of a statement is."""

    reference = Words("Reference", 100)


class SendBackForm(Form):
    """How money was sent back."""

    note = Words("How it was sent back", 200, required=False)
