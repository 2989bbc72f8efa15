"""A process of its own that ticks.

It writes the id of each letter that it carried to `carried` in its folder, one a line, and what
went wrong to `errors`.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from app.adapters.postman import FolderPostman
from app.mail.envelope import Parcel
from tests.databases import opened
from tests.scheduler.chores import tick


class Noting(FolderPostman):
    """Carries into the folder, and notes that it did."""

    def deliver(self, parcel: Parcel) -> None:
        super().deliver(parcel)
        note = os.open(self.folder / "carried", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(note, f"{parcel.letter_id}\n".encode())
        os.close(note)


def main(url: str, folder: Path, at: datetime, rounds: int, parent: Connection) -> None:
    """Tick again and again, a minute of the board's time apart."""
    os.dup2(os.open(folder / "errors", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
    with opened(url) as session:
        parent.send("ready")
        for number in range(rounds):
            tick(session, at + timedelta(minutes=number), Noting(folder))
