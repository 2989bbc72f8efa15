"""Bank statements come in: each line is kept once, however often a statement is imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import references
from app.escrow.bank.lines import Line, Statement, keyed
from app.escrow.bank.models import BankEntry, BankStatement
from app.escrow.office import authority
from app.kernel import events
from app.kernel.errors import NotFound
from app.kernel.text import fold
from app.people.models import Person

_MANY = 400
"""How many keys one question names; databases have limits."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many lines of a file were new, and how many were known already."""

    new: int
    known: int


def keep(
    session: Session, statements: Sequence[Statement], *, file_name: str, by: Person, at: datetime
) -> Imported:
    """Keep the lines of a file that are not known yet; nothing is booked. Raises NotFound."""
    if not authority.sees_all_money(by):
        raise NotFound("money")
    new = known = 0
    days = _days(session, statements)
    for statement in statements:
        kept = BankStatement(
            format=statement.format,
            file_name=file_name[:200],
            account=statement.account,
            by_id=by.id,
            at=at,
        )
        session.add(kept)
        session.flush()
        kept.new_lines = _keep_lines(session, kept, statement, days)
        kept.known_lines = len(statement.lines) - kept.new_lines
        new, known = new + kept.new_lines, known + kept.known_lines
        session.flush()
        facts = {"format": kept.format, "new": kept.new_lines, "known": kept.known_lines}
        events.record(
            session, "board", "statement.imported", by=by.id, at=at,
            subject=("statement", kept.id), facts=facts, tell=False,
        )  # fmt: skip
    return Imported(new, known)


Day = tuple[date, str, int]
"""What two lines share that may be the same money: day, currency, amount."""


def _keep_lines(session: Session, kept: BankStatement, statement: Statement, days: set[Day]) -> int:
    lines = list(keyed(statement.lines))
    old = _known(session, statement.account, [key for key, _ in lines])
    count = 0
    for key, line in lines:
        twin = (line.value_on, line.currency, line.amount_minor) in days
        if key in old and not _other_payer(old[key], line):
            continue
        if key in old:
            key, twin = f"{key}:{fold(line.name)[:100]}", True
            if _known(session, statement.account, [key]):
                continue
        session.add(_entry(kept, key, line, twin))
        session.flush()
        count += 1
    return count


def _entry(kept: BankStatement, key: str, line: Line, twin: bool) -> BankEntry:
    said = f"{line.text} {line.end_to_end}"
    codes = _codes(line, references.IN) if line.amount_minor > 0 else []
    codes = codes or _codes(line, references.OUT)  # what went out, or came back
    return BankEntry(
        statement_id=kept.id,
        account=kept.account,
        line_key=key,
        value_on=line.value_on,
        currency=line.currency,
        amount_minor=line.amount_minor,
        name=line.name,
        other_account=line.other_account,
        text=said.strip() if line.end_to_end not in line.text else line.text,
        bank_id=line.bank_id,
        codes=" ".join(codes),
        twin=twin,
    )


def _codes(line: Line, kind: str) -> list[str]:
    """The references of a kind in a line, each once; its text may be cut, so both are asked."""
    both = (line.end_to_end, line.text)
    return list(dict.fromkeys(code for text in both for code in references.all_in(text, kind)))


def _known(session: Session, account: str, keys: list[str]) -> dict[str, str]:
    """The keys that are kept already, and who paid."""
    found: dict[str, str] = {}
    for start in range(0, len(keys), _MANY):
        query = select(BankEntry.line_key, BankEntry.name).where(
            BankEntry.account == account, BankEntry.line_key.in_(keys[start : start + _MANY])
        )
        found |= {row.line_key: row.name for row in session.execute(query)}
    return found


def _other_payer(known: str, line: Line) -> bool:
    """Whether a bank gave the id of one line to another one, too: money must not be lost so."""
    return bool(line.bank_id and known and line.name and fold(known) != fold(line.name))


def _days(session: Session, statements: Sequence[Statement]) -> set[Day]:
    """Day and amount of what older statements said, to notice the same line in another format.

    Such a line is kept, since it may be a second payment, and marked.
    """
    every = [line.value_on for statement in statements for line in statement.lines]
    if not every:
        return set()
    query = select(BankEntry.value_on, BankEntry.currency, BankEntry.amount_minor).where(
        BankEntry.value_on.between(min(every), max(every))
    )
    return {(on, currency, amount) for on, currency, amount in session.execute(query)}
