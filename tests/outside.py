"""Fixtures that stand for the world outside: a real SMTP server on a free port."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.databases import free_port

PASSWORD = "board:S%33cret"
"""What the server of these tests wants to hear, as it stands in an URL."""
CERTIFICATES = Path(__file__).resolve().parent / "certificates"
"""An authority and its certificate for `localhost` only, until 2120. They guard nothing."""


class Post:
    """An SMTP server that keeps what it is given; `refuse` makes it say no.

    Args:
        tls: `at once` (smtps), `offered` (STARTTLS), or none.
        signing_in: whether it asks for `PASSWORD`; it would take it in the clear, too.
    """

    def __init__(self, port: int, *, tls: str = "", signing_in: bool = False) -> None:
        from aiosmtpd.controller import Controller

        self.messages: list[EmailMessage] = []
        self.encrypted: list[bool] = []
        self.heard: list[tuple[bytes, bytes]] = []
        self.refuse = ""
        self.scheme, self.port = "smtps" if tls == "at once" else "smtp", port
        self.url = self.url_at("127.0.0.1", f"{PASSWORD}@" if signing_in else "")
        how: dict[str, Any] = {}
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATES / "localhost.pem")
            how["ssl_context" if tls == "at once" else "tls_context"] = context
        if signing_in:
            how |= {"authenticator": self._hear, "auth_require_tls": False}
        self._controller = Controller(self, hostname="127.0.0.1", port=port, **how)

    def url_at(self, host: str, who: str = "") -> str:
        """Its URL by that name of the machine."""
        return f"{self.scheme}://{who}{host}:{self.port}"

    def _hear(self, _server: Any, _session: Any, _envelope: Any, _how: str, said: Any) -> Any:
        from aiosmtpd.smtp import AuthResult

        self.heard.append((said.login, said.password))
        return AuthResult(success=said.password == b"S3cret", handled=False)

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        """Take one message, or refuse it with what `refuse` says (`451 not now`)."""
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        if self.refuse:
            return self.refuse
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"

    def start(self) -> None:
        """Begin to listen."""
        self._controller.start()

    def stop(self) -> None:
        """Stop listening: further letters meet a closed port."""
        self._controller.stop(no_assert=True)


@pytest.fixture
def posts() -> Iterator[Callable[..., Post]]:
    """Starts real SMTP servers, each as `Post` takes it."""
    started = []

    def start(**how: Any) -> Post:
        started.append(Post(free_port(), **how))
        started[-1].start()
        return started[-1]

    yield start
    for post in started:
        post.stop()


@pytest.fixture
def smtp(posts: Callable[..., Post]) -> Post:
    """A real SMTP server; pass its `.url` to the postman."""
    return posts()


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts the authority of these tests, as an operator would make it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "authority.pem"))
