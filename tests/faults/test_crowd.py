"""Eight processes at once, whatever they do: at no moment do the books not add up."""

from __future__ import annotations

from tests.faults.crowd import REFUSED, crowd

ACTS = 40
"""What each of them tries."""


def test_eight_processes_at_once_never_bend_the_books(database_url: str) -> None:
    found, done, looks = crowd(database_url, seed=3, acts=ACTS)
    assert found == []
    assert sum(done.values()) - done[REFUSED] > 50, done  # of 320, most of which rules refuse
    assert looks > 10
