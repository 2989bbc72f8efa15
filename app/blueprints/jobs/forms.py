"""The forms of jobs, invitations and proposals."""

from __future__ import annotations

from app.blueprints.fields import CurrencyField, FilesField, Form, Lines, Prose, Radios, Words
from app.blueprints.parsed_fields import DayField, MoneyField
from app.jobs.models import Job
from app.jobs.posting import JobDraft

LONGEST_ANSWER = 5000
WHO = (("everyone", "Everyone on this board"), ("invited", "Only people I invite"))


class JobForm(Form):
    """What a client wants done."""

    title = Words("Title", 120)
    description = Prose("Description", required=False, hint="Markdown works.")
    category = Words("Category", 60, required=False)
    skills = Words("Skills", 300, required=False, hint="With commas between them.")
    budget_low = MoneyField("Lowest budget", required=False)
    budget_high = MoneyField("Highest budget", required=False)
    currency = CurrencyField()
    closes_on = DayField(
        "Closes on", required=False, hint="After this day nobody new can propose. May be empty."
    )
    audience = Radios("Who may see it", choices=list(WHO))
    invite = Lines(
        "Invite", 5000, required=False, hint="Names or e-mail addresses, one a line. May be empty."
    )
    questions = Lines(
        "Questions", 5000, required=False, hint="One a line; each proposal answers them."
    )
    files = FilesField("Files")

    def draft(self) -> JobDraft:
        """The form as the verbs take it."""
        return JobDraft(
            title=self.title.data,
            description=self.description.data,
            category=self.category.data,
            skills=tuple(pieces(self.skills.data.replace(",", "\n"))),
            budget_low_minor=self.budget_low.data,
            budget_high_minor=self.budget_high.data,
            currency=self.currency.data,
            closes_on=self.closes_on.data,
            audience=self.audience.data,
            questions=tuple(pieces(self.questions.data)),
            to_invite=self.invite.data,
        )


class InviteForm(Form):
    """Whom to ask to a job, and what to say."""

    invite = Lines("Invite", 5000, hint="Names or e-mail addresses, one a line.")
    note = Prose("Note", 2000, required=False)


class AskForm(Form):
    """To which of one's own jobs to ask somebody."""

    job = Radios("Job", choices=[])
    note = Prose("Note", 2000, required=False)


class DeclineForm(Form):
    """A word to whoever is declined."""

    words = Prose("A word to them", 2000, required=False)


class NoteForm(Form):
    """A note for the client's eyes only."""

    note = Prose("Your note", 2000, required=False)


class ProposalForm(Form):
    """What a freelancer would deliver; the table of milestones stands beside it."""

    letter = Prose("Cover letter", required=False, hint="Markdown works.")
    delivery_on = DayField(
        "Delivery date", required=False, hint="Empty means the last milestone's date."
    )
    files = FilesField("Files")

    def answers(self) -> tuple[str, ...]:
        """The answers, in the order of the questions."""
        return tuple(
            str(field.data) for name, field in self._fields.items() if name.startswith("answer_")
        )


def proposal_form(job: Job) -> type[ProposalForm]:
    """A form with a field for each question of the job."""
    asked = {
        f"answer_{n}": Prose(question, LONGEST_ANSWER, required=False)
        for n, question in enumerate(job.questions.splitlines(), 1)
    }
    return type("ProposalForm", (ProposalForm,), asked)


def pieces(text: str) -> list[str]:
    """The lines of a field, each once, without empty ones."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
