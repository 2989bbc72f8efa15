"""How steps are drawn: widely, and mostly of what is possible now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Pick:
    """Chances for one step; each number is one choice, so that what failed is made smaller."""

    def __init__(self, data: Any) -> None:
        self._draw = data.draw

    def number(self, below: int) -> int:
        """0 to `below` - 1, all alike."""
        return int(self._draw(st.integers(0, below - 1))) if below > 1 else 0

    def of(self, some: Sequence[T]) -> T:
        """One of these."""
        return some[self.number(len(some))]

    def once_in(self, times: int) -> bool:
        """Now and then; where a failure is made smaller, not."""
        return self.number(times) == times - 1

    def some(self, of: Sequence[T], most: int) -> list[T]:
        """One or several of these, each once, in any order."""
        rest, out = list(of), []
        for _ in range(min(len(rest), 1 + self.number(most))):
            out.append(rest.pop(self.number(len(rest))))
        return out

    def amount(self, *edges: int) -> int:
        """Something round, anything at all, or a figure at the edge of what matters."""
        near = [edge + by for edge in edges for by in (0, 0, -1, 1)]
        return self.of([2500, 7500, 10_000, 1, 1 + self.number(15_000), *near])
