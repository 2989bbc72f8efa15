"""The two tables that firms really used, and smaller ones; days count from that of the proposal."""

from __future__ import annotations

from datetime import date, timedelta

from app.jobs.proposing import LineDraft

Row = tuple[str, str, int, int]
"""Title, description, days after the beginning, amount in minor units (USD)."""

LOGO: tuple[Row, ...] = (
    ("Start fee deposit", "Books the time in my calendar.", 0, 7500),
    ("6 concepts", "Six sketches in black, two of them in colour.", 8, 7500),
    ("1st revision of chosen concept", "You choose one; I redraw it.", 13, 7500),
    ("2nd revision of chosen concept", "The last touches, small sizes included.", 18, 7500),
    ("Delivery of final print-ready files", "SVG, PDF and PNG, with a one-page guide.", 22, 10000),
)
"""Logo design: $400.00."""

DATABASE: tuple[Row, ...] = (
    ("Initial schema design", "Tables and relations, drawn and explained.", 8, 20000),
    ("Implementation", "Forms, the import of the old sheet, reports.", 13, 20000),
    ("QA", "Tried with last year's orders.", 22, 20000),
    ("Release", "Installed on your two machines, with an hour of training.", 28, 20000),
)
"""Access database: $800.00."""

BROCHURE: tuple[Row, ...] = (
    ("Words and outline", "Eight pages, planned.", 4, 15000),
    ("Outline agreed", "A checkpoint; nothing to pay.", 5, 0),
    ("Print-ready brochure", "PDF/X for the printer.", 12, 25000),
)
"""A brochure, finished: $400.00, with a checkpoint."""

MENU: dict[str, tuple[Row, ...]] = {
    "mei": (
        ("Test shots", "Three dishes, for the light.", 4, 12000),
        ("The day at the restaurant", "Twenty dishes.", 9, 35000),
        ("Retouched pictures", "For print and web.", 14, 15000),
    ),
    "ben": (
        ("Photography", "One day, eighteen dishes.", 10, 40000),
        ("Retouching", "", 16, 14000),
    ),
    "iker": (("Twenty dishes, shot and retouched", "", 8, 90000),),
    "rosa": (
        ("Photography", "Two mornings.", 12, 30000),
        ("Retouching", "Two rounds.", 18, 18000),
    ),
}
"""Four proposals for the menu photography."""

COVERS: tuple[Row, ...] = (
    ("Test shots", "Five covers, matt and gloss.", 6, 8000),
    ("Forty covers", "Straight on, on grey, without reflections.", 17, 32000),
    ("The reading room", "Three views, in the morning.", 33, 15000),
)
"""Photographs for a catalogue: $550.00."""

CARDS: tuple[Row, ...] = (
    ("Plan of the tables", "Books, shelves and prices.", 3, 12000),
    ("The cards, typed in", "Three drawers, about 800 cards each.", 17, 30000),
    ("Search form", "By author, title and shelf.", 24, 18000),
)
"""A card index as a database: $600.00."""

POSTER: tuple[Row, ...] = (("Poster, A2", "Two colours on grey paper, ready to print.", 2, 24000),)
"""A poster: $240.00."""

VOUCHERS: tuple[Row, ...] = (
    ("Design", "Front and back, in two colours.", 6, 16000),
    ("Three hundred copies", "Numbered, on cream card.", 14, 34000),
)
"""Gift vouchers: $500.00."""


def lines(rows: tuple[Row, ...], start: date) -> tuple[LineDraft, ...]:
    """A table as a proposal has it, with its days counted from `start`."""
    return tuple(
        LineDraft(title, description, start + timedelta(days=days), amount_minor)
        for title, description, days, amount_minor in rows
    )
