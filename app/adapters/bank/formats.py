"""Which format a file is of."""

from __future__ import annotations

from app.adapters.bank.camt import Camt
from app.adapters.bank.encodings import decoded
from app.adapters.bank.mt940 import Mt940
from app.adapters.bank.ofx import Ofx
from app.adapters.bank.others import refuse_other_bytes, refuse_other_texts
from app.escrow.bank.lines import Reader

READERS: tuple[Reader, ...] = (Camt(), Ofx(), Mt940())
"""Asked in this order; what none of them knows may be a CSV."""


def text_of(data: bytes) -> str:
    """The text of a file that is not something else. Raises Invalid."""
    refuse_other_bytes(data)
    text = decoded(data)
    refuse_other_texts(text)
    return text


def reader_of(text: str) -> Reader | None:
    """Who reads a text; nobody where it can only be a CSV."""
    return next((one for one in READERS if one.knows(text)), None)
