"""HTML to PDF, with nothing fetched from anywhere. WeasyPrint is heavy: imported where used."""

from __future__ import annotations


def from_html(html: str) -> bytes:
    """A page as a tagged PDF, which screen readers follow like the page.

    Only `data:` addresses are read: no file of this machine, no network.
    """
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    fetcher = URLFetcher(allowed_protocols=["data"])
    written: bytes = HTML(string=html, url_fetcher=fetcher).write_pdf(pdf_tags=True)
    return written
