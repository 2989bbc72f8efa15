"""From a letter to bytes for the post: headers, threads, text and HTML. What carriers must do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any, Protocol

from app.kernel.addresses import ascii_address
from app.kernel.text import clean_line

_ENCODED = re.compile(r"=\?(?=[^?]*\?[bq]\?)", re.IGNORECASE)
"""How an encoded word begins (RFC 2047), which every reader, our own library too, would decode."""
LONG_LINES = policy.SMTP.clone(max_line_length=998, cte_type="7bit")
"""Shorter lines would fold the address of List-Unsubscribe into encoded words."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter's words."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """A letter ready to leave."""

    letter_id: str
    notice: str
    to_address: str
    from_address: str
    data: bytes


class Renderer(Protocol):
    """Makes a letter's words from its templates."""

    def render(self, notice: str, facts: dict[str, Any], *, locale: str, zone: str) -> Rendered:
        """Subject, text and HTML. Raises whatever the templates raise."""
        ...


class NotSent(Exception):
    """The carrier did not take a letter. `for_good`: trying again is of no use; `out_of_reach`:

    it would take no other letter now either.
    """

    def __init__(self, why: str, *, for_good: bool = False, out_of_reach: bool = False) -> None:
        super().__init__(why)
        self.for_good, self.out_of_reach = for_good, out_of_reach


class Postman(Protocol):
    """Carries parcels. `carrier` is `smtp` or `folder`."""

    carrier: str

    def deliver(self, parcel: Parcel) -> None:
        """Carry one parcel, or raise NotSent. May take a while: hold no transaction."""
        ...

    def rest(self) -> None:
        """End the round: connections are closed."""
        ...


def message(
    *,
    rendered: Rendered,
    message_id: str,
    to: tuple[str, str],
    sender: str,
    thread: str,
    host: str,
    leave: str,
    written_at: datetime,
) -> EmailMessage:
    """The e-mail itself.

    Args:
        to: name and address of the reader.
        sender: as `Name <address>`; an invalid header is refused by the email package.
        thread: `engagement:<id>` keeps its letters together in mail readers.
        leave: the address that turns these letters off with one click; empty for none.
    """
    post = EmailMessage(policy=LONG_LINES)
    post["From"] = _address(*parseaddr(sender))
    post["To"] = _address(*to)
    post["Subject"] = _plain(rendered.subject)[:200]
    post["Date"] = format_datetime(written_at)
    post["Message-ID"] = message_id
    if thread:
        root = f"<{re.sub('[^a-z0-9]', '-', thread)}@{host}>"
        post["In-Reply-To"] = root
        post["References"] = root
    post["Auto-Submitted"] = "auto-generated"
    if leave:
        post["List-Unsubscribe"] = f"<{leave}>"
        post["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    post.set_content(rendered.text)
    post.add_alternative(rendered.html, subtype="html")
    # The boundary is made from the letter too, so that a second try is the same letter.
    post.set_boundary("=_" + re.sub("[^a-z0-9]", "", message_id.partition("@")[0]))
    return post


def _address(name: str, address: str) -> str:
    return formataddr((_plain(name), ascii_address(address)))


def _plain(words: str) -> str:
    """Words that a header holds as they are: on one line, and never decoded into something else."""
    return _ENCODED.sub("= ?", clean_line(words))
