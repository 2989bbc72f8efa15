"""Who is on the demo board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.people import accounts, joining, passwords
from app.people.models import Person

PASSWORD = "milepost-demo"  # noqa: S105 (printed on purpose; the board holds test money only)

WHO = (
    ("olga@example.org", "Olga Brandt", "the operator"),
    ("ana@example.org", "Ana Ruiz", "a client with two workrooms and proposals to compare"),
    (
        "clara@example.org",
        "Clara Weiss",
        "a client with a dispute, money asked back, and a prefund",
    ),
    ("ben@example.org", "Ben Okafor", "a freelancer in the middle of a change of terms"),
    (
        "mei@example.org",
        "Mei Tan",
        "a freelancer who waits for a first funding, and is asked for money back",
    ),
    ("rosa@example.org", "Rosa Lind", "a freelancer in a dispute"),
    (
        "iker@example.org",
        "Iker Sainz",
        "a freelancer with terms to accept, an invoice and a payout",
    ),
)
"""Address, name and story of those whom `./milepost demo` names."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who plays a part in the stories."""

    olga: Person
    ana: Person
    clara: Person
    ben: Person
    mei: Person
    iker: Person
    rosa: Person


def gather(session: Session, *, at: datetime, tag: str = "") -> Cast:
    """Set the board up where nobody is yet, and let everybody join.

    Args:
        tag: makes another set of people on the same board (`ana+7@example.org`).
    """
    password = passwords.hash(PASSWORD)
    olga = accounts.by_email(session, "olga@example.org") or accounts.set_up(
        session,
        board_name="Acme private board",
        name="Olga Brandt",
        email="olga@example.org",
        password_hash=password,
        zone="Europe/Berlin",
        currency="USD",
        at=at,
    )

    def join(name: str, zone: str, headline: str, skills: str, *, hires: bool = False) -> Person:
        address = f"{name.split()[0].lower()}{tag}@example.org"
        invitation, _token = joining.invite(session, address, by=olga, at=at)
        person = accounts.join(
            session, invitation, name=name, email=address, password_hash=password, zone=zone,
            hires=hires, works=not hires, at=at,
        )  # fmt: skip
        accounts.describe(
            session, person, name=name, headline=headline, about="", skills=skills, hires=hires,
            works=not hires, zone=zone, currency="USD", locale="en", report_weekday=4,
        )  # fmt: skip
        return person

    return Cast(
        olga=olga,
        ana=join("Ana Ruiz", "Europe/Madrid", "Runs a bakery and a restaurant", "", hires=True),
        clara=join(
            "Clara Weiss", "Europe/Vienna", "Runs a bookshop with a reading room", "", hires=True
        ),
        ben=join("Ben Okafor", "Africa/Lagos", "Brand and photography", "logo\nprint\nphotography"),
        mei=join("Mei Tan", "Europe/Lisbon", "Data, forms and still life", "access\nphotography"),
        iker=join("Iker Sainz", "Europe/Madrid", "Print and product photography", "print\nlayout"),
        rosa=join("Rosa Lind", "Europe/Stockholm", "Food photography", "photography\nretouching"),
    )
