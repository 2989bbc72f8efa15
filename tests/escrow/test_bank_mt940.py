"""RULES, payment methods: MT940 is read as the banks of a country write it, whole or not at all."""

from __future__ import annotations

from datetime import date

import pytest

from app.adapters.bank import reading
from app.escrow import references
from app.escrow.bank.lines import Line, Statement
from app.kernel.errors import Invalid

pytestmark = pytest.mark.any_database

IN, OUT = "MP-7K4D-92QH", "MO-2345-678K"
WRAPPER = "{1:F01ABNANL2AXXX0000000000}{2:I940XXXXN}"


def mt940(
    body: str, *, close: str = "C261128EUR75,00", account: str = "DE89370400440532013000"
) -> str:
    return (
        f":20:STARTUMS\n:25:{account}\n:28C:00001/001\n:60F:C261126EUR0,00\n{body}:62F:{close}\n-\n"
    )


def read(text: str) -> list[Statement]:
    return reading.read(text.encode())


def line(text: str) -> Line:
    (found,) = [line for statement in read(text) for line in statement.lines]
    return found


def refused(text: str) -> Invalid:
    with pytest.raises(Invalid) as caught:
        read(text)
    return caught.value


def credit(details: str, *, rest: str = "NTRFNONREF//A1", mark: str = "C") -> str:
    return mt940(f":61:2611271127{mark}75,00{rest}\n:86:{details}\n")


@pytest.mark.parametrize(
    ("details", "name", "account"),
    [
        # numbered parts, with whatever sign stands before the number
        (f"166?00GUTSCHRIFT?20SVWZ+{IN}?30BIC?31NL91ABNA0417164300?32ANA RUIZ", "ANA RUIZ",
         "NL91ABNA0417164300"),
        (f"051?00GUTSCHRIFT?10931?20SVWZ+{IN}?3020010020?310012345678?32ANA RUIZ", "ANA RUIZ",
         "0012345678"),
        (f"051?00GUTSCHRIFT?20SVWZ+{IN}?3020010020?32ANA RUIZ", "ANA RUIZ", ""),
        (f"166>00GUTSCHRIFT>20SVWZ+{IN}>31NL91ABNA0417164300>32ANA RUIZ", "ANA RUIZ",
         "NL91ABNA0417164300"),
        ("020<00PRZELEW<20MP-7K4D<21-92QH<32ANA RUIZ<38PL61109010140000071219812874", "ANA RUIZ",
         "PL61109010140000071219812874"),
        (f"020~00PRZELEW~20{IN}~32ANA~33RUIZ~38PL61109010140000071219812874", "ANA RUIZ",
         "PL61109010140000071219812874"),
        (f"?00GUTSCHRIFT?20{IN}?31NL91ABNA0417164300?32ANA RUIZ", "ANA RUIZ", "NL91ABNA0417164300"),
        ("166?00GUTSCHRIFT?20Really?99 Yes MP-7?21K4D-92QH?31NL91ABNA0417164300?32ANA RUIZ",
         "ANA RUIZ", "NL91ABNA0417164300"),
        (f"166?00GUTSCHRIFT?20EREF+NOTPROVIDED?21SVWZ+{IN}?22ABWA+THE AUNT\n?31NL91ABNA0417164300\n"
         "?32ANA RUIZ", "ANA RUIZ", "NL91ABNA0417164300"),
        (f"166?00GUTSCHRIFT?20{IN} EREF: 77 IBAN: NL91ABNA0417164300 BIC: ABNANL2A?32ANA RUIZ",
         "ANA RUIZ", "NL91ABNA0417164300"),
        (f"073\n073~00BR073\n~20{IN}\n~3010101023\n~310000261395100000\n~32ANA RUIZ\n"
         "~38PL83101010230000261395100000", "ANA RUIZ", "PL83101010230000261395100000"),
        (f"020<00PRZELEW<20{IN}<27ANA RUIZ<28KRAKOW<31 PL83101010230000261395100000",
         "ANA RUIZ KRAKOW", "PL83101010230000261395100000"),
        # between strokes
        ("/EREF/NOTPROVIDED//CNTP/NL91ABNA0417164300/ABNANL2A/A RUIZ\n/AMSTERDAM///REMI/USTD//"
         f"{IN}/", "A RUIZ", "NL91ABNA0417164300"),
        (f"/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/A RUIZ\n/REMI/{IN}"
         "/EREF/NOTPROVIDED", "A RUIZ", "NL91ABNA0417164300"),
        (f"/ORDP//NAME/A RUIZ/REMI/{IN}/ISDT/2026-11-27", "A RUIZ", ""),
        (f"/ORDP/A RUIZ/REMI/{IN}", "A RUIZ", ""),
        (f"/ORDP/NL91ABNA0417164300/A RUIZ/REMI/{IN}", "A RUIZ", "NL91ABNA0417164300"),
        (f"/BENM//NAME/A RUIZ/REMI/{IN}/ISDT/2026-11-27", "A RUIZ", ""),
        ("/REMI/MP-7K4D\n-92QH/ORDP//NAME/A RUIZ/IBAN/NL91ABNA0417164300", "A RUIZ",
         "NL91ABNA0417164300"),
        (f"/IBAN/NL91ABNA0417164300/NAME/A RUIZ/REMI/{IN} /IBAN/NL02RABO0123456789/NAME/EVIL",
         "A RUIZ", "NL91ABNA0417164300"),
        # behind words
        ("SEPA OVERBOEKING IBAN: NL91ABNA0417164300 BIC: ABNANL2A NAAM: A RUIZ\n"
         f"OMSCHRIJVING: {IN}", "A RUIZ", "NL91ABNA0417164300"),
        (f"REK: NL91ABNA0417164300 NAAM: A RUIZ\nOMSCHRIJVING: {IN}", "A RUIZ",
         "NL91ABNA0417164300"),
        (f"REK: 0417164300 NAAM: A RUIZ {IN}", f"A RUIZ {IN}", "0417164300"),
        (f"SEPA Overboeking                 IBAN: NL91ABNA0417164300\nBIC: ABNANL2A"
         f"                    Naam: A RUIZ\nBetalingskenm.: {IN}", "A RUIZ", "NL91ABNA0417164300"),
        # plain
        (f"NL91ABNA0417164300 a ruiz\n\n{IN}\n\n", "a ruiz", "NL91ABNA0417164300"),
        (f"TRANSFER FROM ANA RUIZ {IN}", "", ""),
    ],
)  # fmt: skip
def test_whoever_paid_and_what_they_wrote_is_read(details: str, name: str, account: str) -> None:
    found = line(credit(details))
    assert (found.name, found.other_account) == (name, account)
    assert {code for text in found.searched for code in references.all_in(text)} == {IN}
    assert (found.amount_minor, found.currency, found.bank_id) == (7500, "EUR", "A1")
    assert found.end_to_end in ("", "77") and not found.is_reversal


def test_a_second_line_of_61_may_name_the_payer_whose_account_is_the_reference() -> None:
    for details in (f"NL91ABNA0417164300 a ruiz\n\n{IN}\n", IN):
        body = f":61:2611271127C75,00NOVBNL91ABNA0417164300\na ruiz\n:86:{details}\n"
        found = line(mt940(body))
        assert (found.name, found.other_account) == ("a ruiz", "NL91ABNA0417164300")
        assert references.all_in(found.text) == [IN] and found.end_to_end == ""


def test_a_second_line_of_61_may_be_the_account_of_whom_86_names() -> None:
    found = line(
        credit(
            f"/ORDP//NAME/A RUIZ/REMI/{IN}/ISDT/2026-11-27", rest="N541NONREF\nNL91ABNA0417164300"
        )
    )
    assert (found.name, found.other_account) == ("A RUIZ", "NL91ABNA0417164300")
    assert found.text == IN


def test_lines_may_end_with_two_at_signs() -> None:
    assert line(credit(IN).replace("\n", "@@")).text == IN


def test_a_second_line_of_61_is_text_where_it_is_no_name() -> None:
    found = line(mt940(f":61:2611271127C75,00NTRFNONREF//A1\nGIRO {IN}\n:86:TRANSFER\n"))
    assert found.name == "" and references.all_in(found.text) == [IN]
    found = line(mt940(":61:2611271127C75,00NTRFEREF//A1\n/TRCD/00100/\n:86:/REMI/x/\n"))
    assert found.text == "x" and found.end_to_end == ""


@pytest.mark.parametrize(
    "body",
    [
        f":61:2611271127C75,00NTRFNONREF//A1\n:86:{IN}\n:65:C261130EUR75,00\n",
        f":61:2611271127C75,00NTRFNONREF//A1\n:65:C261130EUR75,00\n:86:{IN}\n",
        f":61:2611271127C75,00NTRFNONREF//A1\n:86:{IN}\n:64:C261130EUR75,00\n:65:\n",
        f":65:what is this\n:61:2611271127C75,00NTRFNONREF//A1\n:86:{IN}\n",
        f":61:2611271127C75,00NTRFNONREF//A1\n:86:Logo\n:86:{IN}\n",
        f":61:261127C75,00NTRFNONREF//A1\n:86:Logo\n:99:{IN}\n",
        f":61:2611271127CR75,00NTRFNONREF//A1\n:86:{IN}\n",
        f":61:2611271127C75,NTRFNONREF//A1\n:86:{IN}\n",
        f":61:2611271127C75.00NTRFNONREF//A1\n:86:{IN}\n",
        f":61:2611271127C75,00NTRF{IN}//A1\n",
    ],
)
def test_what_banks_bend_does_not_lose_a_line(body: str) -> None:
    found = line(mt940(body))
    assert found.amount_minor == 7500
    assert [code for text in found.searched for code in references.all_in(text)] == [IN]


@pytest.mark.parametrize(
    "bend",
    [
        lambda text: text.rstrip("-\n"), lambda text: text.replace("\n", "\r\n"),
        lambda text: WRAPPER + "{4:\n" + text.replace("\n-\n", "\n-}"),
        lambda text: WRAPPER + "{4:" + text.replace("\n-\n", "\n-}{5:}"),
        lambda text: "\ufeff" + text, lambda text: "\n\n" + text,
        lambda text: text + ":86:/SUM/1/\n",
        lambda text: text.replace(":28C:", ":28:").replace(":62F:", ":62M:"),
        lambda text: text.replace(":20:STARTUMS\n", ""),
    ],
)  # fmt: skip
def test_wrappers_and_ends_do_not_matter(bend: object) -> None:
    text = bend(credit(IN))  # type: ignore[operator]
    (statement,) = read(text)
    assert [one.amount_minor for one in statement.lines] == [7500]
    assert (statement.opening_minor, statement.closing_minor) == (0, 7500)
    assert statement.lines[0].text == IN


def test_every_message_is_a_statement_with_its_number_and_its_balances() -> None:
    first = credit(IN)
    second = first.replace("1/001", "2/001").replace("EUR75,00\n-", "EUR150,00\n-")
    second = second.replace("C261126EUR0,00", "C261128EUR75,00").replace(
        "C261128EUR150", "D261128EUR150"
    )
    second = second.replace("2611271127C75,00", "2611281128D225,00")
    found = read(first + second)
    assert [one.number for one in found] == ["00001/001", "00002/001"]
    assert [(one.opening_minor, one.closing_minor) for one in found] == [(0, 7500), (7500, -15000)]
    assert [(one.opening_on, one.closing_on) for one in found] == [
        (date(2026, 11, 26), date(2026, 11, 28)), (date(2026, 11, 28), date(2026, 11, 28)),
    ]  # fmt: skip
    pages = first.replace(":62F:", ":62M:") + second.replace(":60F:", ":60M:")
    assert [one.closing_minor for one in read(pages)] == [7500, -15000]


@pytest.mark.parametrize(
    ("mark", "details", "minor", "is_reversal"),
    [
        ("C", IN, 7500, False), ("RC", IN, -7500, True), ("RD", IN, 7500, True),
        ("D", f"159?00RETOURE?20SVWZ+{IN}?32ANA", -7500, True),
        ("C", f"109?00RUECKLASTSCHRIFT?20SVWZ+{IN}?32ANA", 7500, True),
        ("D", f"166?00STORNO?20SVWZ+{IN}?32ANA", -7500, True),
        ("D", f"/RTRN/AC01/EREF/{OUT}/IBAN/NL91ABNA0417164300", -7500, True),
        ("C", f"166?00GUTSCHRIFT?20SVWZ+STORNO {IN}?32ANA", 7500, False),
    ],
)  # fmt: skip
def test_a_line_that_takes_back_an_earlier_one_is_marked(
    mark: str, details: str, minor: int, is_reversal: bool
) -> None:
    close = f"{'C' if minor > 0 else 'D'}261128EUR75,00"
    found = line(mt940(f":61:2611271127{mark}75,00NTRFNONREF\n:86:{details}\n", close=close))
    assert (found.amount_minor, found.is_reversal) == (minor, is_reversal)


def test_lines_of_nothing_and_lines_that_are_expected_are_left_out_and_said() -> None:
    body = (
        f":61:2611271127C75,00NTRFNONREF//A1\n:86:{IN}\n:61:2611281128D0,00NMSCNONREF//A2\n"
        ":86:RECHNUNGSABSCHLUSS SIEHE ANLAGE\n:61:2611281128EC9,00NTRFNONREF//A3\n:86:soon\n"
    )
    (statement,) = read(mt940(body))
    assert [one.amount_minor for one in statement.lines] == [7500]
    assert statement.skipped == (("zero", 1), ("pending", 1))


def test_a_file_that_is_cut_short_anywhere_is_refused() -> None:
    text = mt940(
        f":61:2611271127C75,00NTRFNONREF//A1\n:86:{IN}\n:61:2611281128C500,00NTRFNONREF//A2\n:86:x\n",
        close="C261128EUR575,00",
    )
    whole = [one.amount_minor for one in read(text)[0].lines]
    for size in range(len(text)):
        try:
            found = read(text[:size])
        except Invalid as refusal:
            assert refusal.code.startswith("statement.")
            continue
        assert [one.amount_minor for one in found[0].lines] == whole
    assert refused(text[: text.index(":61:26112811")]).code == "statement.cut"


def test_balances_that_the_lines_do_not_join_are_refused_with_both_sums() -> None:
    refusal = refused(mt940(f":61:2611271127C75,00NTRFNONREF\n:86:{IN}\n", close="C261128EUR99,00"))
    assert refusal.code == "statement.sum"
    assert (refusal.facts["sum"], refusal.facts["closing"]) == ("€75.00", "€99.00")


@pytest.mark.parametrize(
    "body",
    [":61:nonsense\n", ":61:2613271127C75,00NTRF\n", ":61:2611271127X75,00NTRF\n", ":61:\n",
     ":61:2611271127C,NTRFNONREF\n", ":61:2611271127C75,005NTRFNONREF\n"],
)  # fmt: skip
def test_a_line_that_cannot_be_read_refuses_the_file_without_program_words(body: str) -> None:
    refusal = refused(mt940(body))
    assert refusal.code == "statement.unreadable"
    assert "<" not in str(refusal.facts) and "Error" not in str(refusal.facts)


def test_a_thirtieth_of_february_is_its_last_day() -> None:
    found = line(mt940(":61:2602300227C75,00NTRFNONREF\n:86:x\n"))
    assert found.value_on == date(2026, 2, 28)
