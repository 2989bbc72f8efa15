"""Which word of a table means money in, and which money out."""

from __future__ import annotations

from collections.abc import Collection

from app.adapters.bank.table import vocabulary
from app.adapters.bank.table.columns import Columns
from app.adapters.bank.table.vocabulary import plain


def side_of(word: str, columns: Columns) -> int:
    """1 for money in, -1 for money out, 0 where it is not known. The operator's words come first.

    >>> side_of("Bij", Columns()), side_of("S", Columns()), side_of("?", Columns())
    (1, -1, 0)
    """
    known = plain(word)
    if known in {plain(one) for one in columns.words_in}:
        return 1
    if known in {plain(one) for one in columns.words_out}:
        return -1
    return (known in vocabulary.WORDS_IN) - (known in vocabulary.WORDS_OUT)


def names_both_sides(heading: str) -> bool:
    """Whether a column's name is that of a side: `Af Bij`, `Addebito/Accredito`."""
    words = heading.split()
    return heading in vocabulary.SIDE or (
        any(word in vocabulary.WORDS_IN for word in words)
        and any(word in vocabulary.WORDS_OUT for word in words)
    )


def words_of(heading: str, values: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words for money in and for money out that a column uses.

    Single letters begin the words of the column's name: under `Cargo/Abono`, C is money out.
    """
    ins = {word for word in heading.split() if word in vocabulary.WORDS_IN and len(word) > 1}
    outs = {word for word in heading.split() if word in vocabulary.WORDS_OUT and len(word) > 1}
    is_short = any(len(plain(value)) == 1 for value in values)
    if is_short and {word[0] for word in ins}.isdisjoint(word[0] for word in outs):
        ins |= {word[0] for word in ins}
        outs |= {word[0] for word in outs}
    chosen = Columns(words_in=tuple(ins), words_out=tuple(outs))
    for value in map(plain, values):
        side = side_of(value, chosen)
        (ins if side > 0 else outs if side < 0 else set()).add(value)
    return tuple(sorted(ins)), tuple(sorted(outs))
