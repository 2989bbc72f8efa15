"""A reference that was copied with one slip of the pen is no reference."""

from __future__ import annotations

import re
from itertools import pairwise, product

import pytest

from app.escrow import references

pytestmark = pytest.mark.any_database

SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXY"
KEYS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BODIES = ("2222222", "7K4D92Q", "YYYYYYY", "M9A2Y8X", "2345678", *(sign * 7 for sign in SIGNS))


def is_known(code: str) -> bool:
    """Whether this code (or what a slip made of it) can be a payment's."""
    return references.all_in(code) != []


def replaced(code: str, place: int, sign: str) -> str:
    return code[:place] + sign + code[place + 1 :]


def swapped(code: str, place: int, other: int) -> str:
    return replaced(replaced(code, place, code[other]), other, code[place])


def places(code: str) -> list[int]:
    """Where its signs stand, without the dashes."""
    return [place for place, sign in enumerate(code) if sign != "-"]


def test_no_two_signs_look_alike_and_their_number_is_a_prime() -> None:
    made = {sign for _ in range(2000) for sign in references.new()[3:].replace("-", "")}
    assert made == set(SIGNS) and not made & set("01ILOUZ")
    assert all(len(made) % factor for factor in range(2, len(made)))


@pytest.mark.parametrize("kind", [references.IN, references.OUT])
def test_what_is_made_is_found_again(kind: str) -> None:
    for _ in range(500):
        code = references.new(kind)
        assert re.fullmatch(rf"{kind}-[{SIGNS}]{{4}}-[{SIGNS}]{{4}}", code)
        assert references.all_in(f"x {code.lower()} y", kind) == [code]


def test_one_wrong_sign_at_any_place_is_noticed_whatever_it_is() -> None:
    for body in BODIES:
        code = references.complete(body)
        assert is_known(code)
        for place, sign in product(places(code), KEYS):
            if sign != code[place]:
                assert not is_known(replaced(code, place, sign)), (code, place, sign)


def test_swapping_any_two_neighbours_is_noticed_whatever_they_are() -> None:
    """Every pair of signs at every pair of places, over the dash and with the check, too."""
    seen: set[tuple[int, str, str]] = set()
    for first, second, *rest in product(SIGNS, SIGNS, "2K"):
        for start in range(6):
            body = (rest[0] * start + first + second + rest[0] * 7)[:7]
            code = references.complete(body)
            signs = places(code)
            for left, right in pairwise(signs):
                if code[left] != code[right]:
                    assert not is_known(swapped(code, left, right)), (code, left)
                    seen.add((left, code[left], code[right]))
    pairs = len(SIGNS) * (len(SIGNS) - 1)
    inside = places("MP-XXXX-XXXX")[2:-1]  # from the first sign of the body to the check
    assert {place: sum(1 for one in seen if one[0] == place) for place in inside} == dict.fromkeys(
        inside, pairs
    )


def test_the_slip_that_an_earlier_check_missed() -> None:
    """Z and 2 were the same to it."""
    code = references.complete("2222222")
    assert is_known(code) and not is_known(code.replace("2", "Z", 1))
