"""Eight processes at once, whatever they do: at no moment do the books not add up."""

from __future__ import annotations

from tests.faults.crowd import crowd

SECONDS = 3


def test_eight_processes_at_once_never_bend_the_books(database_url: str) -> None:
    found, done, looks = crowd(database_url, SECONDS, seed=3)
    assert found == []
    assert sum(done.values()) - done["refused"] > 40, done
    assert looks > 10
