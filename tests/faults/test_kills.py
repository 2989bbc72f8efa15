"""Twenty kills under load lose no acknowledged act, double none, and leave the books whole."""

from __future__ import annotations

import random
import time

from tests.demo_board import Demo
from tests.faults.load import Load, findings
from tests.faults.serving import Nursery, serving

KILLS = 20


def test_twenty_kills_lose_no_acknowledged_act(own_demo: Demo) -> None:
    with serving(own_demo, Nursery) as server:
        load = Load(own_demo, server.port)
        for _ in range(KILLS):
            server.start()
            load.begin()
            load.wait_for(random.randint(1, 16))
            time.sleep(random.uniform(0, 0.02))
            server.kill()
            load.end()
            assert findings(own_demo, load.acts) == []
        server.start()
        assert load.unexpected == []
    assert min(load.count()[kind] for kind in ("message", "fund", "submit", "approve")) > 1
