"""Files that tell a bank whom to pay: SEPA credit transfers (pain.001.001.09), and a CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from xml.sax.saxutils import escape

from app.adapters.bank import target
from app.escrow.bank.exporting import Transfer
from app.kernel import money
from app.kernel.latin import latin

SCHEMA = "pain.001.001.09"
_NAMELESS = "NOTPROVIDED"
"""What the rules of SEPA write where somebody's name is not known."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def sepa(
    rows: Sequence[Transfer],
    *,
    file_id: str,
    name: str,
    iban: str,
    at: datetime,
    on: date | None = None,
) -> str:
    """One pain.001 file: each transfer is a booking of its own, and its code the end-to-end id.

    It is executed `on` a day that banks work (where none is given, the first from `at` on).
    """
    day = target.working_day_from(on or at.date())
    total = _euros(sum(row.amount_minor for row in rows))
    sums = f"<NbOfTxs>{len(rows)}</NbOfTxs><CtrlSum>{total}</CtrlSum>"
    who = escape(latin(name) or "Board")
    body = "".join(_transfer(row) for row in rows)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"><CstmrCdtTrfInitn>'
        f"<GrpHdr><MsgId>{file_id}</MsgId><CreDtTm>{at:%Y-%m-%dT%H:%M:%SZ}</CreDtTm>{sums}"
        f"<InitgPty><Nm>{who}</Nm></InitgPty></GrpHdr>"
        f"<PmtInf><PmtInfId>{file_id}-1</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>false</BtchBookg>"
        f"{sums}<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>"
        f"<ReqdExctnDt><Dt>{day:%Y-%m-%d}</Dt></ReqdExctnDt><Dbtr><Nm>{who}</Nm></Dbtr>"
        f"<DbtrAcct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></DbtrAcct>"
        "<DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt>"
        f"<ChrgBr>SLEV</ChrgBr>\n{body}</PmtInf></CstmrCdtTrfInitn></Document>\n"
    )


def table(rows: Sequence[Transfer]) -> str:
    """The same facts as CSV, for banks and countries that know no SEPA."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("Reference", "Name", "Account", "Amount", "Currency", "Text"))
    for row in rows:
        amount = money.plain(row.amount_minor, row.currency)
        cells = (row.code, row.name, row.account, amount, row.currency, row.text)
        writer.writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def _transfer(row: Transfer) -> str:
    text = escape(latin(f"{row.code} {row.text}", 140))
    return (
        f"<CdtTrfTxInf><PmtId><InstrId>{row.code}</InstrId><EndToEndId>{row.code}</EndToEndId>"
        f'</PmtId><Amt><InstdAmt Ccy="EUR">{_euros(row.amount_minor)}</InstdAmt></Amt>'
        f"<Cdtr><Nm>{escape(latin(row.name) or _NAMELESS)}</Nm></Cdtr>"
        f"<CdtrAcct><Id><IBAN>{row.account}</IBAN></Id></CdtrAcct>"
        f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf></CdtTrfTxInf>\n"
    )


def _euros(amount_minor: int) -> str:
    return f"{amount_minor // 100}.{amount_minor % 100:02d}"


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    one_line = " ".join(cell.split())
    return f"'{one_line}" if one_line.startswith(_FORMULA) else one_line
