"""The form of a status report, with one field for the progress of each open milestone."""

from __future__ import annotations

from typing import Any

from app.blueprints.fields import Form, Prose
from app.blueprints.parsed_fields import Hours, Parsed
from app.workroom.reads import Reached

PROGRESS = "progress_"


class Percent(Parsed):
    """A whole number from 0 to 100; a per cent sign is fine."""

    def parse(self, text: str, form: Any) -> int:
        digits = text.removesuffix("%").strip()
        if not digits.isascii() or not digits.isdigit() or len(digits) > 3 or int(digits) > 100:
            raise ValueError("Type a whole number from 0 to 100.")
        return int(digits)


class ReportForm(Form):
    """What was done, how long it took, what comes next. Progress fields are added by milestone."""

    done = Prose("Done this week")
    hours = Hours("Hours", hint="Such as 7.5 or 7:30; 0 where none are counted.")
    next = Prose("Next week", required=False)
    blockers = Prose("Blockers", required=False, hint="What you need from the other side.")

    def progress(self) -> dict[str, int]:
        """Percent by milestone id, where it was filled in."""
        return {
            name.removeprefix(PROGRESS): int(value)
            for name, value in self.data.items()
            if name.startswith(PROGRESS) and value is not None
        }

    @property
    def progress_fields(self) -> list[Any]:
        """The fields of the milestones, in their order."""
        return [field for name, field in self._fields.items() if name.startswith(PROGRESS)]


def report_form(milestones: list[Reached]) -> ReportForm:
    """The form for the milestones that are open; on a GET with how far they were."""
    open_ones = [one for one in milestones if one.state not in ("released", "approved")]
    fields = {
        PROGRESS + one.id: Percent(
            f"Progress: {one.title} (%)",
            required=False,
            default=one.percent,
            render_kw={"inputmode": "numeric", "autocomplete": "off"},
        )
        for one in open_ones
    }
    made: ReportForm = type("ReportOfThese", (ReportForm,), fields)()
    return made
