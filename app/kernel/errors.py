"""What a verb raises when it does not do what it was asked.

`Refused` carries a code and facts, never a sentence: one table beside the letters
(`app/mail/wording.py`) words it alike for pages, letters and replies.
"""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """The act is not allowed now. `code` is a dotted word such as `terms.changed`."""

    def __init__(self, code: str, /, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.code} {self.facts}" if self.facts else self.code


class WrongState(Refused):
    """The thing has moved on since it was shown; pages answer 409 and show the newer state."""


class Invalid(Refused):
    """What was typed cannot be used; `field` names the form field. Pages answer 422."""

    def __init__(self, code: str, /, *, field: str, **facts: Any) -> None:
        super().__init__(code, **facts)
        self.field = field


class NotFound(Exception):
    """There is no such thing for this person. A stranger's object looks exactly like none."""
