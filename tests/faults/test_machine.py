"""Whatever people do with terms and money, in any order: the product and the rules agree."""

from __future__ import annotations

from tests.faults import machine_run

STEPS = 500


def test_terms_and_money_do_what_the_rules_say_in_any_order(database_url: str) -> None:
    done, refused = machine_run.run(STEPS, database_url)
    assert done > STEPS // 3
    assert refused > STEPS // 20
