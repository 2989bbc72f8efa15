"""One table words every refusal alike, for pages, letters and links. Append yours; a test looks.

`{amount}` stands for the fact `amount_minor` written in the fact `currency`; any other fact stands
under its own name. A sentence says what happened, that nothing was lost, and what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.kernel import money

OTHERWISE = "That cannot be done now. Nothing was changed; open the page again to see why."

WORDS: dict[str, str] = {
    # the board and its people
    "board.exists": "This board has been set up already. Sign in instead.",
    # jobs and proposals
    "job.awarded": "The client has chosen somebody for this job already. Nothing was changed.",
    # terms
    "terms.changed": "The terms have changed since you opened this page. The newer ones are "
    "shown now; nothing was agreed, and what you typed is kept.",
    # links from letters
    "link.sign_in_first": "This is more than the board lets a link decide. "
    "Sign in, and decide it there; nothing was changed.",
    "link.reason_needed": "Say in a few words what should change.",
}


class _Facts(dict[str, Any]):
    """Facts as they are written; one that is missing leaves its sentence readable."""

    def __missing__(self, key: str) -> str:
        return "…"


def words(code: str, facts: Mapping[str, Any] | None = None) -> str:
    """The sentence for a refusal's code; an unknown code gets a plain one that is still true."""
    sentence = WORDS.get(code)
    return sentence.format_map(_shown(facts or {})) if sentence else OTHERWISE


def _shown(facts: Mapping[str, Any]) -> _Facts:
    shown = _Facts(facts)
    currency = facts.get("currency")
    for name, value in facts.items():
        if name.endswith("_minor") and isinstance(value, int) and currency:
            shown[name.removesuffix("_minor")] = money.show(value, str(currency))
        elif isinstance(value, datetime | date):
            shown[name] = f"{value.day} {value:%b %Y}"
    return shown
