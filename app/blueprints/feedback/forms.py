"""The forms of feedback: one choice of 1 to 5 for each criterion, and words."""

from __future__ import annotations

from typing import Any

from wtforms.validators import ValidationError

from app.blueprints.fields import ChoiceField, Form, Prose
from app.feedback.criteria import CRITERIA

STARS = [
    ("", "1 to 5"),
    ("5", "5, excellent"),
    ("4", "4, good"),
    ("3", "3, as expected"),
    ("2", "2, poor"),
    ("1", "1, bad"),
]


class Stars(ChoiceField):
    """One criterion; nothing is chosen beforehand."""

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if not self.data:
            raise ValidationError("Choose from 1 to 5.")


class FeedbackForm(Form):
    """Ratings are added by the side that it is about."""

    words = Prose(
        "Words", required=False, hint="What should somebody know who works with them next?"
    )

    @property
    def ratings(self) -> list[Any]:
        """The fields of the criteria, in their order."""
        return [field for name, field in self._fields.items() if name != "words"]

    def stars(self) -> dict[str, int]:
        """The rating by the label of each criterion."""
        return {field.label.text: int(field.data) for field in self.ratings}


class ReplyForm(Form):
    """One answer to feedback about oneself."""

    words = Prose("Reply")


def feedback_form(about: str) -> FeedbackForm:
    """The form for feedback about a side."""
    fields = {name_of(label): Stars(label, choices=STARS, default="") for label in CRITERIA[about]}
    made: FeedbackForm = type("FeedbackOfThese", (FeedbackForm,), fields)()
    return made


def name_of(label: str) -> str:
    """The name of a criterion's field.

    >>> name_of("Clear brief")
    'clear_brief'
    """
    return label.lower().replace(" ", "_")
