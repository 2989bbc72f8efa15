"""What is taken away: tables for spreadsheets, and PDFs. Drawn for whoever may see the page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response, render_template

from app.kernel.text import fold

MOST_ROWS = 1000
"""How many rows of a statement a PDF holds; the CSV holds all."""


def table(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A CSV that spreadsheets open as it is meant: UTF-8 with its mark, and no formulas."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    for row in rows:
        writer.writerow([_safe(cell) if isinstance(cell, str) else cell for cell in row])
    return _file("\ufeff" + text.getvalue(), "text/csv; charset=utf-8", f"{name}.csv")


def pdf(name: str, template: str, **context: Any) -> Response:
    """A template as a tagged PDF."""
    from app.adapters import pdf as drawn

    html = render_template(template, **context)
    return _file(drawn.from_html(html), "application/pdf", f"{name}.pdf")


def file_name(kind: str, title: str, otherwise: str) -> str:
    """A name of plain letters for a file: `statement-logo-design`."""
    signs = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in fold(title))
    return f"{kind}-" + ("-".join(filter(None, signs.split("-")))[:60] or otherwise)


class Figure(str):
    """A number as text, which may begin with a minus."""

    __slots__ = ()


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    risky = cell[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{cell}" if risky and not isinstance(cell, Figure) else cell


def _file(content: str | bytes, kind: str, name: str) -> Response:
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
