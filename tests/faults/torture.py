"""./milepost torture: kills under load, for longer than the tests do, and what was found.

    ./milepost torture [--kills 200] [--seconds 900] [--seed N] [--steps 10000] [--crowd 60]
                       [--orders 1000] [--mixes 500]

First the machine: so many acts with terms and money beside a model of the rules, in any order.
Then cards: what Stripe says in any order, and Stripe answering badly (`card_orders`, `card_mixes`).
Then the crowd: eight processes act at random on one board, and somebody adds up all the while.
Then the kills.

Every server is a real `./milepost serve`, with its chores, on a demo board in a temporary folder.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import shutil
import tempfile
import time
from pathlib import Path

from tests import databases
from tests.demo_board import told
from tests.faults.card_mixes import mixes
from tests.faults.card_orders import orders
from tests.faults.crowd import BUSY, REFUSED, crowd
from tests.faults.load import Load, findings
from tests.faults.machine_run import machine
from tests.faults.serving import Serving, serving


def main() -> int:
    """Torture a board on every database there is; 1 when something was lost."""
    words = argparse.ArgumentParser(prog="./milepost torture", description=__doc__.split("\n")[0])
    words.add_argument("--database", choices=("sqlite", "postgresql"), help="only this one")
    words.add_argument("--kills", type=int, default=200, help="how many, on each database")
    words.add_argument("--seconds", type=float, default=900, help="then it stops, on each database")
    words.add_argument("--steps", type=int, default=10_000, help="of the machine, on each database")
    words.add_argument("--crowd", type=float, default=60, help="seconds, on each database")
    words.add_argument("--orders", type=int, default=1000, help="of what Stripe says")
    words.add_argument("--mixes", type=int, default=500, help="of lost and broken answers")
    words.add_argument("--seed", type=int, default=random.randrange(10**6), help="to repeat a run")
    given = words.parse_args()
    logging.getLogger("milepost").setLevel(logging.ERROR)  # it is told to fail, and would say so
    shared = Path(tempfile.mkdtemp(prefix="torture-"))
    os.environ["TEST_BOARDS_FOLDER"] = str(shared)
    found: list[str] = []
    try:
        if given.database != "postgresql":
            found += torture(databases.SQLiteDatabases(shared), "SQLite", given, shared / "s")
        if given.database == "sqlite":
            pass
        elif databases.postgres_programs():
            databases.start_postgres(shared)
            found += torture(databases.PostgresDatabases(shared), "PostgreSQL", given, shared / "p")
        else:
            print("PostgreSQL is not on this machine; it was not tortured.")
    finally:
        databases.stop_postgres(shared)
        shutil.rmtree(shared, ignore_errors=True)
    print("\n".join(found) or "Nothing was lost, nothing was doubled, the books are whole.")
    return 1 if found else 0


def torture(
    boards: databases.Databases, name: str, given: argparse.Namespace, folder: Path
) -> list[str]:
    """Kill servers under load until there were enough; what is wrong with the board."""
    print(f"{name}: {given.kills} kills, seed {given.seed}.", flush=True)
    differences = machine(given.steps, boards) if given.steps else []
    with boards.fresh() as url:
        differences += orders(given.orders, url, given.seed) if given.orders else []
    with boards.fresh() as url:
        differences += mixes(given.mixes, url, given.seed) if given.mixes else []
    if given.crowd:
        with boards.fresh() as url:
            wrong, done, looks = crowd(url, given.seed, seconds=given.crowd)
            differences += wrong
        acts = sum(done.values()) - done[REFUSED] - done[BUSY]
        others = f"{done[REFUSED]} refused, {done[BUSY]} too busy, {looks} looks"
        print(f"crowd: {acts} acts, {others}.", flush=True)
    if not given.kills:
        return [f"{name}: {one}" for one in differences]
    chance, ends = random.Random(given.seed), time.monotonic() + given.seconds
    found: list[str] = []
    with told(boards, folder) as demo, serving(demo, Serving) as server:
        load = Load(demo, server.port, workers=8, rooms=max(2, given.kills // 4))
        kills = 0
        while kills < given.kills and not found and time.monotonic() < ends:
            server.start()
            load.begin()
            load.wait_for(chance.randint(1, 40))
            time.sleep(chance.uniform(0, 0.05))
            server.kill()
            load.end()
            kills += 1
            found = findings(demo, load.acts) + load.unexpected
        server.start()
    done = ", ".join(f"{times} × {kind}" for kind, times in sorted(load.count().items()))
    print(f"{name}: {kills} kills; acknowledged {done}.", flush=True)
    return [f"{name}: {one}" for one in differences + found]


if __name__ == "__main__":
    raise SystemExit(main())
