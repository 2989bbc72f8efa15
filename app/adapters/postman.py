"""Carrying letters: to an SMTP server, or into a folder of .eml files."""

from __future__ import annotations

import contextlib
import os
import smtplib
import ssl
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from app.mail.envelope import NotSent, Parcel, Postman
from app.settings import Settings

TIMEOUT_S = 20
CLEAR = "it offers no encryption (STARTTLS), so it was not told the password; use smtps://"


def postman(settings: Settings) -> Postman:
    """The postman that the settings ask for."""
    if settings.mails:
        return SmtpPostman(settings.smtp_url)
    parts = urlsplit(settings.smtp_url)
    return FolderPostman(Path(parts.path) if parts.path else settings.letters_dir)


class FolderPostman:
    """Keeps letters as files named by their ids: the same letter again is the same file."""

    carrier = "folder"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def deliver(self, parcel: Parcel) -> None:
        """Write the file whole, or not at all."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self.folder / f"{parcel.letter_id}.eml"
            draft = path.with_suffix(".part")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as f:
                f.write(parcel.data)
                f.flush()
                os.fsync(f.fileno())
            draft.replace(path)
        except OSError as trouble:
            why = f"the folder {self.folder}: {trouble.strerror}"
            raise NotSent(why, out_of_reach=True) from trouble

    def rest(self) -> None:
        """Nothing is open between letters."""


class SmtpPostman:
    """Speaks SMTP with one server; one connection serves a round. STARTTLS where it is offered."""

    carrier = "smtp"

    def __init__(self, url: str, timeout_s: float = TIMEOUT_S) -> None:
        self._parts = urlsplit(url)
        self._timeout_s = timeout_s
        self._post: smtplib.SMTP | None = None

    def deliver(self, parcel: Parcel) -> None:
        """Hand one letter to the server. What it refuses for good is not tried again."""
        sender, post = parseaddr(parcel.from_address)[1], self._connected()
        try:
            post.sendmail(sender, [parcel.to_address], parcel.data)
        except smtplib.SMTPRecipientsRefused as trouble:
            code, words = next(iter(trouble.recipients.values()))
            self._reset()
            raise NotSent(_said(code, words), for_good=500 <= code < 600) from trouble
        except smtplib.SMTPResponseException as trouble:
            self.rest()
            code = trouble.smtp_code
            why = _said(code, trouble.smtp_error)
            raise NotSent(
                why, for_good=isinstance(trouble, smtplib.SMTPDataError) and code >= 550
            ) from trouble
        except (OSError, smtplib.SMTPException, UnicodeError) as trouble:
            self.rest()
            raise self._out_of_reach(str(trouble)) from trouble

    def greet(self) -> bool:
        """Connect and sign in as for a letter, and carry none.

        Returns whether nobody on the way can read along. Raises NotSent.
        """
        post = self._connected()
        private = _encrypted(post) or _on_this_machine(post)
        self.rest()
        return private

    def rest(self) -> None:
        """Close the connection."""
        if self._post is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._post.quit()
            self._post = None

    def _reset(self) -> None:
        if self._post is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._post.rset()

    def _connected(self) -> smtplib.SMTP:
        """The open connection, or a new one. What hinders it would hinder every letter."""
        if self._post is not None:
            return self._post
        try:
            self._post = _connect(self._parts, self._timeout_s)
        except ssl.SSLCertVerificationError as trouble:
            why = f"its certificate is not trusted ({trouble.verify_message.rstrip('.')})"
            raise self._out_of_reach(why) from trouble
        except smtplib.SMTPResponseException as trouble:
            raise self._out_of_reach(_said(trouble.smtp_code, trouble.smtp_error)) from trouble
        except (OSError, smtplib.SMTPException, UnicodeError) as trouble:
            raise self._out_of_reach(str(trouble)) from trouble
        return self._post

    def _out_of_reach(self, why: str) -> NotSent:
        return NotSent(f"{self._parts.hostname}: {why}", out_of_reach=True)


def _connect(parts: SplitResult, timeout_s: float) -> smtplib.SMTP:
    """Certificates are those that this machine trusts; a password is never said in the clear."""
    host, trust = parts.hostname or "localhost", ssl.create_default_context()
    if parts.scheme == "smtps":
        post: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=timeout_s, context=trust
        )
    else:
        post = smtplib.SMTP(host, parts.port or (587 if parts.username else 25), timeout=timeout_s)
    try:
        post.ehlo()
        if not _encrypted(post) and post.has_extn("starttls"):
            post.starttls(context=trust)
            post.ehlo()
        if parts.username:
            if not _encrypted(post) and not _on_this_machine(post):
                raise smtplib.SMTPNotSupportedError(CLEAR)
            post.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        post.close()
        raise
    return post


def _encrypted(post: smtplib.SMTP) -> bool:
    return isinstance(post.sock, ssl.SSLSocket)


def _on_this_machine(post: smtplib.SMTP) -> bool:
    return post.sock is not None and loopback(post.sock.getpeername()[0])


def loopback(address: str) -> bool:
    """Whether what is said to this address stays on the machine."""
    return ip_address(address).is_loopback


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {text}"
