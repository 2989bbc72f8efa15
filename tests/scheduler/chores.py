"""Ticks of the chores as of a time, on a real database, without a clock of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adapters.postman import FolderPostman
from app.adapters.renderer import renderer
from app.mail.envelope import Parcel
from app.mail.models import Letter
from app.mail.sending import Sender
from app.scheduler.chores import CHORES, LETTERS, Chore
from app.scheduler.work import Work

SENDER = Sender("https://board.example", "Board <board@board.example>", "k" * 40)


class Bag:
    """A postman who keeps what he carries."""

    carrier = "smtp"

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []

    def deliver(self, parcel: Parcel) -> None:
        self.parcels.append(parcel)

    def rest(self) -> None:
        pass

    @property
    def notices(self) -> list[str]:
        return [one.notice for one in self.parcels]


def tick(
    session: Session,
    at: datetime,
    postman: Any = None,
    chores: Sequence[Chore] = (*CHORES, LETTERS),
) -> int:
    """Every chore once, letters last."""
    session.rollback()
    work = Work(session, at, SENDER, postman or Bag(), renderer())
    return sum(chore.run(work) for chore in chores)


def names(session: Session) -> list[str]:
    """Every letter that was ever written."""
    rows = session.scalars(select(Letter.notice).order_by(Letter.created_at, Letter.id))
    return sorted(rows)


def folder(path: Path) -> FolderPostman:
    return FolderPostman(path)
