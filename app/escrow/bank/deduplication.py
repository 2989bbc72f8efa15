"""Each line of a bank is kept once, whichever file and whichever format it comes in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import references
from app.escrow.bank import matching
from app.escrow.bank.lines import Line
from app.escrow.bank.models import BankEntry, BankImport, BankStatement
from app.kernel.text import fold

_MANY = 400
"""How many keys one question names; databases have limits."""
_ZERO_FOR_O = re.compile(r"M0(?=[\W_]*[2-9A-Za-z])", re.IGNORECASE)
Placed = tuple[BankStatement, str, Line]
"""A line, the statement that it stands in, and its key."""


def keep_lines(session: Session, kept: BankImport, placed: Sequence[Placed]) -> None:
    """Keep those of some lines that are not known yet, and count both kinds."""
    known = _known(session, placed)
    days = _days(session, kept, [line for _, _, line in placed])
    ours = ["".join(text.upper().split()) for text in matching.own_accounts(session)]
    for statement, key, line in placed:
        twin = (line.value_on, line.currency, line.amount_minor) in days
        at = (statement.account, key)
        if at in known and _is_other_payer(known[at], line):
            at, twin = (statement.account, _other_key(key, line)), True
        if at in known:
            statement.known_lines += 1
            continue
        known[at] = line.name
        statement.new_lines += 1
        session.add(_entry(statement, at[1], line, twin, ours))
    session.flush()


def _entry(
    statement: BankStatement, key: str, line: Line, twin: bool, ours: Iterable[str]
) -> BankEntry:
    codes = _codes(line, references.IN) if line.amount_minor > 0 else []
    codes = codes or _codes(line, references.OUT)  # what went out, or came back
    codes = codes or _codes(line, references.IN)  # what a bank took back
    end = "" if line.end_to_end in line.text else line.end_to_end
    return BankEntry(
        statement_id=statement.id,
        account=statement.account,
        line_key=key,
        value_on=line.value_on,
        currency=line.currency,
        amount_minor=line.amount_minor,
        name=line.name,
        other_account=_not_ours(line.other_account, statement.account, ours),
        text=f"{line.text} {end}".strip(),
        bank_id=line.bank_id,
        codes=" ".join(codes),
        twin=twin,
        state="reading",
        is_reversal=line.is_reversal,
    )


def _not_ours(account: str, own: str, ours: Iterable[str]) -> str:
    """The other side's account; nothing where a bank names the board's own there.

    Refunds go to it, and must never go to ourselves.
    """
    plain = "".join(account.upper().split())
    if not plain or plain == "".join(own.upper().split()):
        return ""
    return "" if len(plain) > 5 and any(plain in text for text in ours) else account


def _codes(line: Line, kind: str) -> list[str]:
    """The references of a kind in a line, each once.

    They may be broken by blanks, hyphens or the end of a line, and stand anywhere; each text is
    looked at by itself, since it may be cut. A zero for the O of `MO` has one reading.
    """
    texts = [
        _ZERO_FOR_O.sub("MO", text) if kind == references.OUT else text for text in line.searched
    ]
    return list(dict.fromkeys(code for text in texts for code in references.all_in(text, kind)))


def _known(session: Session, placed: Sequence[Placed]) -> dict[tuple[str, str], str]:
    """Account and key of those lines that are kept already, and who paid."""
    keys: dict[str, list[str]] = {}
    for statement, key, line in placed:
        keys.setdefault(statement.account, []).extend((key, _other_key(key, line)))
    found: dict[tuple[str, str], str] = {}
    for account, listed in keys.items():
        for start in range(0, len(listed), _MANY):
            query = select(BankEntry.line_key, BankEntry.name).where(
                BankEntry.account == account, BankEntry.line_key.in_(listed[start : start + _MANY])
            )
            found |= {(account, row.line_key): row.name for row in session.execute(query)}
    return found


def _other_key(key: str, line: Line) -> str:
    """The key of a line whose bank gave its id to another one, too."""
    return f"{key}:{fold(line.name)[:100]}"


def _is_other_payer(known: str, line: Line) -> bool:
    """Whether a bank gave the id of one line to another one, too: money must not be lost so."""
    return bool(line.bank_id and known and line.name and fold(known) != fold(line.name))


Day = tuple[date, str, int]
"""What two lines share that may be the same money: day, currency, amount."""


def _days(session: Session, kept: BankImport, lines: Sequence[Line]) -> set[Day]:
    """Day and amount of what older statements said, to notice the same line in another format.

    Such a line is kept, since it may be a second payment, and marked.
    """
    if not lines:
        return set()
    days = [line.value_on for line in lines]
    amounts = sorted({line.amount_minor for line in lines})
    found: set[Day] = set()
    for start in range(0, len(amounts), _MANY):
        query = (
            select(BankEntry.value_on, BankEntry.currency, BankEntry.amount_minor)
            .join(BankStatement, BankStatement.id == BankEntry.statement_id)
            .where(
                BankEntry.value_on.between(min(days), max(days)),
                BankEntry.amount_minor.in_(amounts[start : start + _MANY]),
                BankStatement.import_id.is_distinct_from(kept.id),
            )
            .distinct()
        )
        found |= {(on, currency, amount) for on, currency, amount in session.execute(query)}
    return found
