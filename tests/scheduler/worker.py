"""A process of its own that ticks: `python -m tests.scheduler.worker URL FOLDER ISO-TIME ROUNDS`.

It writes the id of each letter that it carried to FOLDER/carried, one a line.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
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


def main(url: str, folder: str, at: str, rounds: str) -> None:
    """Tick again and again, a minute of the board's time apart."""
    with opened(url) as session:
        print("ready", flush=True)
        for number in range(int(rounds)):
            now = datetime.fromisoformat(at) + timedelta(minutes=number)
            tick(session, now, Noting(Path(folder)))


if __name__ == "__main__":
    main(*sys.argv[1:])
