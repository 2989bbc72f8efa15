"""The two tables of milestones that the guide shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A job and its milestones: title, day, amount, all as they are written."""

    title: str
    words: str
    lines: tuple[tuple[str, str, str], ...]
    total: str


EXAMPLES = (
    Example(
        "Logo design",
        "A start fee that is due on the first day, then one milestone for each round of choosing. "
        "After every round both know whether to go on.",
        (
            ("Start fee deposit", "today", "$75.00"),
            ("6 concepts", "10 Nov", "$75.00"),
            ("1st revision of chosen concept", "15 Nov", "$75.00"),
            ("2nd revision of chosen concept", "20 Nov", "$75.00"),
            ("Delivery of final print-ready files", "24 Nov", "$100.00"),
        ),
        "$400.00",
    ),
    Example(
        "Access database",
        "One milestone for each stage of the work. Each ends with something that the client can "
        "open and try.",
        (
            ("Initial schema design", "10 Nov", "$200.00"),
            ("Implementation", "15 Nov", "$200.00"),
            ("QA", "24 Nov", "$200.00"),
            ("Release", "30 Nov", "$200.00"),
        ),
        "$800.00",
    ),
)
