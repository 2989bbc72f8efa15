"""Everything on the board that proves itself: ledger, sums, and the chained history."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.events import StreamHead, verify_stream


def troubles(session: Session) -> list[str]:
    """Recompute all of it; one sentence for each thing that is not as it should be."""
    from app.escrow import audit, ledger

    found = [*ledger.verify(session), *audit.audit(session)]
    for stream in session.scalars(select(StreamHead.stream).order_by(StreamHead.stream)):
        found += verify_stream(session, stream)
    return list(dict.fromkeys(found))
