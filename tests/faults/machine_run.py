"""Run the machine of `tests/faults/machine.py` for some steps, on any empty board."""

from __future__ import annotations

import traceback

from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.stateful import run_state_machine_as_test

from app.kernel.writing import begin_writing
from tests import databases
from tests.faults.beginning import begin
from tests.faults.machine import Board

STEPS_AT_ONCE, STEPS_A_BOARD = 25, 1000
EVENLY = "evenly"
"""Hypothesis's own chances under another name, with which it does not repeat parts of runs: most

of so few runs would be copies of others.
"""
AVAILABLE_PROVIDERS[EVENLY] = HypothesisProvider


def run(steps: int, database: str, *, again: bool = True) -> tuple[int, int]:
    """Do so many steps on the empty board at this URL; how many acts were done, and refused.

    Args:
        again: take the same steps as every other time.

    Raises whatever a step found.
    """
    chosen = settings(
        max_examples=max(1, steps // STEPS_AT_ONCE),
        stateful_step_count=STEPS_AT_ONCE,
        derandomize=again,
        backend=EVENLY,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),  # to look for a shorter way takes minutes
        print_blob=False,
    )
    counts: list[Board] = []
    with databases.opened(database) as session:
        begin_writing(session)
        beginning = begin(session)

        def board() -> Board:
            counts.append(Board(beginning))
            return counts[-1]

        run_state_machine_as_test(board, settings=chosen)  # type: ignore[arg-type]
    return sum(one.done for one in counts), sum(one.refused for one in counts)


def machine(steps: int, boards: databases.Databases) -> list[str]:
    """For torture: so many steps that differ every time; what was found, in words.

    A board is used for some steps only: what was rolled back is still in PostgreSQL's tables.
    """
    done = refused = 0
    for rest in range(steps, 0, -STEPS_A_BOARD):
        with boards.fresh() as url:
            try:
                more = run(min(rest, STEPS_A_BOARD), url, again=False)
            except Exception:
                return [f"the machine found a difference:\n{traceback.format_exc()}"]
        done, refused = done + more[0], refused + more[1]
    print(f"machine: {done} acts done, {refused} refused.", flush=True)
    return []
