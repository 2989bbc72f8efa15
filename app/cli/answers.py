"""What the server itself answers, where a request cannot even be handed to the board."""

from __future__ import annotations

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from app.blueprints.headers import ONLY_HTTPS


class _ServersOwn(ErrorTask):
    """A refusal of the server's own, with the header that every answer by https has."""

    def build_response_header(self) -> bytes:
        asks = ("Strict-Transport-Security", ONLY_HTTPS)
        self.response_headers = [*self.response_headers, asks]
        return super().build_response_header()


class HttpsChannel(HTTPChannel):
    """A connection of a board that people reach by https."""

    error_task_class = _ServersOwn
