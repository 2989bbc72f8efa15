"""Small bank files in the shape of real ones; every name, number and sum is made up.

`files` makes them for a reference that the board waits for (a payment of that amount in EUR) and
for one of a payout that it has sent; it returns the bytes of each file, and in words what a careful
import shows.
"""

# ruff: noqa: E501 (files are as long as they are)

from __future__ import annotations

CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{v}"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId>
<CreDtTm>2026-11-28T22:00:00+01:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id><ElctrncSeqNb>{seq}</ElctrncSeqNb>
<CreDtTm>2026-11-28T22:00:00+01:00</CreDtTm><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{op}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-27</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{cl}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-28</Dt></Dt></Bal>
{entries}</Stmt></BkToCstmrStmt></Document>
"""
ENTRY = """<Ntry><Amt Ccy="EUR">{amt}</Amt><CdtDbtInd>{side}</CdtDbtInd>{rvsl}<Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt></BookgDt>
<ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>{id}</AcctSvcrRef><BkTxCd/><NtryDtls><TxDtls><Refs><EndToEndId>{e2e}</EndToEndId></Refs>
<RltdPties><Dbtr><Nm>{dbtr}</Nm></Dbtr><DbtrAcct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></DbtrAcct><Cdtr><Nm>Board</Nm></Cdtr></RltdPties>
<RmtInf><Ustrd>{text}</Ustrd></RmtInf>{rtr}</TxDtls></NtryDtls></Ntry>
"""


def camt(*entries, v="02", seq=1, op="0.00", cl="0.00"):
    return CAMT.format(v=v, seq=seq, op=op, cl=cl, entries="".join(entries))


def entry(
    amt, side, text, *, id, day="2026-11-27", rvsl="", e2e="NOTPROVIDED", dbtr="Ana Ruiz", rtr=""
):
    return ENTRY.format(
        amt=amt,
        side=side,
        text=text,
        id=id,
        day=day,
        e2e=e2e,
        dbtr=dbtr,
        rtr=rtr,
        rvsl=f"<RvslInd>{rvsl}</RvslInd>" if rvsl else "",
    )


def mt940(body, account="DE89370400440532013000", close="C261128EUR75,00"):
    return (
        f":20:STARTUMS\n:25:{account}\n:28C:00001/001\n:60F:C261126EUR0,00\n{body}:62F:{close}\n-\n"
    )


def files(ref, amount, out="MO-2345-6789", out_amount="40.00"):
    comma, out_comma = amount.replace(".", ","), out_amount.replace(".", ",")
    made, want = {}, {}

    def add(name, data, wanted, encoding="utf-8"):
        made[name] = data if isinstance(data, bytes) else data.encode(encoding)
        want[name] = wanted

    add(
        "01_credit_and_its_reversal.xml",
        camt(
            entry(amount, "CRDT", ref, id="A1"),
            entry(amount, "DBIT", ref, id="A2", day="2026-11-28", rvsl="true"),
        ),
        "the credit is NOT among 'Matched': the same statement takes it back; both lines are shown together",
    )
    add(
        "02_credit_and_its_reversal.sta",
        mt940(
            f":61:2611271127C{comma}NTRFNONREF//A1\n:86:166?00GUTSCHRIFT?20SVWZ+{ref}?32ANA RUIZ\n"
            f":61:2611281128RC{comma}NTRFNONREF//A2\n:86:166?00STORNO?20SVWZ+{ref}?32ANA RUIZ\n",
            close="C261128EUR0,00",
        ),
        "as 01, in MT940",
    )
    add(
        "03_af_bij.csv",
        '"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";"Mutatiesoort";"Mededelingen";"Saldo na mutatie";"Tag"\n'
        f'"20261127";"A Ruiz";"NL20INGB0001234567";"NL91ABNA0417164300";"OV";"Bij";"{comma}";"Overschrijving";"Naam: A Ruiz Omschrijving: {ref}";"1000,00";""\n'
        f'"20261128";"B Okafor";"NL20INGB0001234567";"NL02RABO0123456789";"OV";"Af";"{out_comma}";"Overschrijving";"Naam: B Okafor Omschrijving: {out}";"960,00";""\n',
        f"+{amount} with {ref}, and -{out_amount} with {out} (or the file is refused: a column says the side, and is not understood)",
    )
    add(
        "06_text_in_other_columns.csv",
        "Kontonummer;Buchungstag;Wertstellung;Auftraggeber/Empfänger;Buchungstext;VWZ1;VWZ2;VWZ3;Betrag;Kontostand;Währung\n"
        f"123456789;27.11.2026;27.11.2026;Ana Ruiz;SEPA-Überweisung;Anzahlung Logo;{ref};;{comma};1.325,00;EUR\n",
        f"one line +{amount} that is matched by {ref}, name Ana Ruiz",
    )
    add(
        "08_euro_sign_in_head.csv",
        '\ufeff"Girokonto";"DE89370400440532013000"\n"Zeitraum:";"01.11.2026 - 28.11.2026"\n"Kontostand vom 28.11.2026:";"1.000,00 €"\n""\n'
        '"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";"Umsatztyp";"IBAN";"Betrag (€)";"Gläubiger-ID";"Mandatsreferenz";"Kundenreferenz"\n'
        f'"27.11.26";"27.11.26";"Gebucht";"Ana Ruiz";"Board";"{ref}";"Eingang";"NL91ABNA0417164300";"{comma}";"";"";""\n',
        f"one line +{amount} EUR, matched",
    )
    add(
        "09_no_currency_column.csv",
        f'Datum,Bedrag,Rekening,Tegenrekening,Naam,Omschrijving\n2026-11-27,"{comma}",NL20BUNQ0001234567,NL91ABNA0417164300,Ana Ruiz,{ref}\n',
        "the board asks for the currency, or takes that of the account; no need to edit the file",
    )
    add(
        "10_zero_line.csv",
        f"Date;Amount;Currency;Reference\n27.11.2026;{comma};EUR;{ref}\n27.11.2026;0,00;EUR;Abschluss siehe Anlage\n",
        "the payment is matched; the line of 0.00 is left out and said so",
    )
    add(
        "11_zero_line.sta",
        mt940(
            f":61:2611271127C{comma}NTRFNONREF//A1\n:86:{ref}\n:61:2611281128D0,00NMSCNONREF//A2\n:86:RECHNUNGSABSCHLUSS SIEHE ANLAGE\n"
        ),
        "as 10, in MT940 (CAMT.053 already does it so)",
    )
    add(
        "13_comment_inside.ofx",
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<!-- account --><BANKACCTFROM>"
        "<BANKID>1<ACCTID>2<ACCTTYPE>CHECKING</BANKACCTFROM> --><BANKTRANLIST>\n"
        f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261127<TRNAMT>{amount}<FITID>A1<NAME>Ana Ruiz<MEMO>{ref}</STMTTRN>\n"
        "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n",
        "read, or refused in a sentence (422); never 500",
    )
    add(
        "14_second_line_of_61.sta",
        mt940(
            f":61:2611271127C{comma}NOVBNL91ABNA0417164300\na ruiz\n:86:NL91ABNA0417164300 a ruiz\n\n{ref}\n\n"
        ),
        f"+{amount}, payer a ruiz, account NL91ABNA0417164300; if not, a sentence without program words",
    )
    add(
        "15_slashed_counterparty.sta",
        mt940(
            f":61:2611271127C{comma}NTRFEREF//26112712345\n/TRCD/00100/\n:86:/EREF/NOTPROVIDED//CNTP/NL91ABNA0417164300/ABNANL2A/A RUIZ\n/AMSTERDAM///REMI/USTD//{ref}/\n",
            account="NL20INGB0001234567",
        ),
        "matched; payer A RUIZ, account NL91ABNA0417164300 (refunds go back there)",
    )
    add(
        "18_german_domestic_account.sta",
        mt940(
            f":61:2611271127C{comma}N051NONREF\n:86:051?00GUTSCHRIFT?10931?20SVWZ+{ref}?3020010020?310012345678?32ANA RUIZ\n",
            account="20090500/0006853030",
        ),
        "name ANA RUIZ, account 0012345678 (not one glued to the other)",
    )
    cut = mt940(
        f":61:2611271127C{comma}NTRFNONREF//A1\n:86:{ref}\n:61:2611281128C500,00NTRFNONREF//A2\n:86:second\n",
        close="C261128EUR575,00",
    )
    add(
        "19_cut_short.sta",
        cut[: cut.index(":61:26112811")],
        "refused: the file ends before its closing balance (:62F:)",
    )
    add(
        "20_sum_does_not_fit.xml",
        camt(entry(amount, "CRDT", ref, id="A1"), op="0.00", cl="5000.00"),
        "said: opening balance + lines is not the closing balance; something is missing",
    )
    add(
        "22_sep_line.csv",
        f"sep=;\r\nDate;Amount;Currency;Reference\r\n27.11.2026;{comma};EUR;{ref}\r\n",
        "matched",
        "cp1252",
    )
    add(
        "23_utf16.csv",
        f"Date\tAmount\tCurrency\tReference\r\n27.11.2026\t{comma}\tEUR\t{ref}\r\n",
        "matched",
        "utf-16",
    )
    add(
        "24_returned_payout.xml",
        camt(
            entry(
                out_amount,
                "CRDT",
                "RETURN AC01",
                id="R1",
                e2e=out,
                dbtr="Board",
                rtr="<RtrInf><Rsn><Cd>AC01</Cd></Rsn></RtrInf>",
            )
        ),
        f"'it came back' for {out}",
    )
    add(
        "25_intraday.xml",
        camt(entry(amount, "CRDT", ref, id="A1"))
        .replace("camt.053", "camt.052")
        .replace("BkToCstmrStmt", "BkToCstmrAcctRpt")
        .replace("<Stmt>", "<Rpt>")
        .replace("</Stmt>", "</Rpt>"),
        "refused, and called by its name: CAMT.052, an intraday report, not a statement",
    )
    add(
        "26_two_references.csv",
        f"Date;Amount;Currency;Reference\n27.11.2026;{comma};EUR;{ref} and {ref}\n",
        "matched once",
    )
    add(
        "30_side_word_beside_a_known_text.csv",
        '"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";"Mutatiesoort";"Omschrijving"\n'
        f'"20261128";"B Okafor";"NL20INGB0001234567";"NL02RABO0123456789";"OV";"Af";"{out_comma}";"Overschrijving";"{out}"\n',
        f"{out_amount} went out: {out} was sent (or the file is refused); never 'it seems to have come back'",
    )
    return made, want
