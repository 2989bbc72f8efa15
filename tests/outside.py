"""Fixtures that stand for the world outside: a real SMTP server on a free port."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from tests.databases import free_port


class Post:
    """An SMTP server that keeps what it is given; `refuse` makes it say no."""

    def __init__(self, port: int) -> None:
        from aiosmtpd.controller import Controller

        self.messages: list[EmailMessage] = []
        self.refuse = ""
        self.url = f"smtp://127.0.0.1:{port}"
        self._controller = Controller(self, hostname="127.0.0.1", port=port)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Take one message, or refuse it with what `refuse` says (`451 not now`)."""
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
def smtp() -> Iterator[Post]:
    """A real SMTP server; pass its `.url` to the postman."""
    post = Post(free_port())
    post.start()
    yield post
    post.stop()
