"""What nobody sees is not kept in a name; what shapes its neighbours stays."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import text
from app.kernel.invisible import strip_every_invisible, strip_invisible

pytestmark = pytest.mark.any_database

GONE = {
    "a right-to-left override": "Ana\u202eziuR",
    "embeddings": "\u202aAna\u202b\u202c\u202d",
    "isolates": "\u2066Ana\u2067\u2068\u2069",
    "direction marks": "Ana\u200e\u200f\u061c",
    "a zero-width space": "An\u200ba",
    "a word joiner": "A\u2060na",
    "invisible operators": "A\u2061\u2062\u2063\u2064na",
    "a byte order mark": "\ufeffAna",
    "a soft hyphen": "A\u00adna",
    "Hangul fillers": "\u115f\u1160\u3164\uffa0Ana",
    "a blank of Braille": "Ana\u2800",
    "a combining grapheme joiner": "A\u034fna",
    "Khmer vowels that are not drawn": "A\u17b4n\u17b5a",
    "tag characters": "Ana\U000e0041\U000e007f",
    "a language tag": "\U000e0001Ana",
    "a variation selector without anything to style": "\ufe0fA\ufe0en\U000e0100a\ufe00",
    "a Mongolian selector": "A\u180b\u180en\u180fa",
    "joiners between Latin letters": "A\u200dn\u200ca",
    "joiners at the ends": "\u200dAna\u200c",
    "musical and shorthand controls": "A\U0001d173n\U0001bca0a\U0001d159",
    "annotation marks, an object": "\ufff9A\ufffan\ufffba\ufffc",
    "noncharacters": "A\ufdd0n\uffffa",
    "control characters": "A\x00n\x1b\x9ba\x7f",
    "half of a pair": "A\ud800na",
}
STAYS = {
    "Persian": "می\u200cخواهم",
    "Hindi": "क्\u200dष और क्\u200cष",
    "Malayalam": "രാജന്\u200d അവന്\u200dറെ",
    "Bengali": "র\u200d্যাম",
    "Sinhala": "ශ්\u200dරී",
    "Arabic and its number sign": "\u0600١٢ محمد",
    "Hebrew": "דוד כהן",
    "Mongolian": "ᠮᠣᠩᠭᠣᠯ\u180bᠬ\u180eᠠ",
    "a family": "👨\u200d👩\u200d👧\u200d👦",
    "a skin tone": "👩🏽\u200d🤝\u200d👨🏿",
    "a heart": "👩\u200d❤️\u200d💋\u200d👨",
    "a rainbow": "🏳️\u200d🌈",
    "a polar bear": "🐻\u200d❄️",
    "a nod": "🙂\u200d↕️",
    "a heart as text": "❤︎",
    "a key": "1️⃣ *️⃣",
    "a trade mark": "Ana™️",
    "Scotland": "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "two letters of a flag": "🇺🇦",
    "a name in Japanese": "葛\U000e0100城",
    "a compatibility form": "神\ufe00",
    "marks": "Đorđe Ñúñez e\u0301",
}
VISIBLE_FORMAT = set(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
"""Format characters that are drawn: signs before numbers, in Arabic, Syriac and Kaithi."""


@pytest.mark.parametrize("typed", GONE.values(), ids=GONE)
def test_what_nobody_sees_is_not_kept(typed: str) -> None:
    kept = text.clean_line(typed)
    assert kept in ("Ana", "AnaziuR")
    assert text.clean_line("".join(sign for sign in typed if sign not in kept)) == ""


@pytest.mark.parametrize("typed", STAYS.values(), ids=STAYS)
def test_what_shapes_its_neighbours_stays(typed: str) -> None:
    assert text.clean_line(typed) == typed


def test_every_format_character_of_unicode_is_known() -> None:
    for number in range(sys.maxunicode + 1):
        sign = chr(number)
        kind = unicodedata.category(sign)
        if kind in ("Cf", "Cs", "Zl", "Zp") or (kind == "Cc" and not sign.isspace()):
            assert (text.clean_line(sign) == sign) == (sign in VISIBLE_FORMAT), hex(number)
        elif kind[0] in "LNPS":
            unseen = sign in "\u115f\u1160\u2800\u3164\uffa0\ufffc\U0001d159"
            assert (text.clean_line(sign) == "") == unseen, hex(number)


def test_a_line_is_one_line_with_single_spaces() -> None:
    assert text.clean_line(" Ana\u2028\u00a0\t\r\nRuiz\u3000") == "Ana Ruiz"
    assert text.clean_lines("Ana\u200b  Ruiz\r\n\u202e\r\n Weg 1 ") == "Ana Ruiz\n\nWeg 1"


@pytest.mark.parametrize(
    "between", ["\u200b", "\u200d", "\u00ad", "\ufe0f", "\u2060", "\U000e0041"]
)
def test_two_addresses_that_look_alike_are_one(between: str) -> None:
    typed = f" a{between}na@example.org{between}"
    assert text.clean_email(typed) == "ana@example.org"
    assert text.fold_email(typed) == text.fold_email("Ana@example.org")
    assert text.fold(f"Me{between}i") == "mei"


def test_prose_keeps_its_words_and_loses_what_turns_them_around() -> None:
    written = "Pay\u202e 001$\u202c now\u2066!\u2069\r\n\u200fשלום\u200f, می\u200cخواهم"
    assert text.clean_prose(written) == "Pay 001$ now!\n\u200fשלום\u200f, می\u200cخواهم"
    assert text.clean_prose("\u200b\u200f\n\u2800\u202e ") == ""


HARD = st.text(
    st.sampled_from("aA1#é\u0627\u0915\u094d\u4e00\u1820👩❤🏴⃣ \n")
    | st.sampled_from("\u200c\u200d\ufe0f\ufe00\u180b\u202e\u200b\u061c\U000e0100\U000e0067\x00")
    | st.characters()
)


@given(HARD)
def test_cleaning_twice_is_cleaning_once(typed: str) -> None:
    once = text.clean_line(typed)
    assert text.clean_line(once) == once
    assert text.clean_lines(text.clean_lines(typed)) == text.clean_lines(typed)
    assert text.clean_prose(text.clean_prose(typed)) == text.clean_prose(typed)
    assert not set(strip_every_invisible(once)) & set("\u202e\u200b\u200c\u200d\ufe0f\x00")
    assert strip_invisible(strip_every_invisible(typed)) == strip_every_invisible(typed)


@given(HARD)
def test_an_address_is_folded_once_for_all(typed: str) -> None:
    assert text.fold_email(text.clean_email(typed)) == text.fold_email(typed)
    assert "\u3164" not in text.fold_email(f"{typed}\u3164")
