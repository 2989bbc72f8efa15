"""The stand-in's HTTP side: keys, faults, lists, signatures."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.stripe_stand_in.checked import nested, unknown
from tests.stripe_stand_in.things import Thing, Things, Wrong

KEY, SECRET = "sk_test_stand_in", "whsec_stand_in"
BUSY, BROKEN, STRUCK, RESET, LOST = "429", "500", "500 after", "reset", "lost"
FAULTS = (BUSY, BROKEN, STRUCK, RESET, LOST)
"""429 and a reset before anything was done; a 500 that is kept, before and after it was done; and

a reply that never comes although it was done.
"""
LISTS = {
    "/v1/checkout/sessions": "checkout.session", "/v1/refunds": "refund",
    "/v1/disputes": "dispute", "/v1/transfers": "transfer", "/v1/events": "event",
    "/v1/reversals": "transfer_reversal", "/v1/balance_transactions": "balance_transaction",
}  # fmt: skip


class Dropped(Exception):
    """The connection ends without an answer."""


class StandIn(Things):
    """What the library talks to instead of Stripe."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str | None] = []
        self.keys: dict[str, tuple[str, int, str]] = {}
        self.asked: list[str] = []
        self.told = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Begin to answer."""
        serve = self._server.serve_forever
        threading.Thread(target=serve, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """Stop answering: further requests meet a closed port."""
        self._server.shutdown()
        self._server.server_close()

    def posts(self, everything: bool = False) -> list[tuple[bytes, str]]:
        """The webhooks of what happened since the last time (or ever), signed, in order."""
        begin, self.told = 0 if everything else self.told, len(self.events)
        return [self.signed(event) for event in self.events[begin:]]

    def signed(self, event: Thing, *, secret: str = SECRET, age_s: int = 0) -> tuple[bytes, str]:
        """One webhook as bytes, and its signature."""
        import time

        from stripe import WebhookSignature

        body = json.dumps(event)
        stamp = int(time.time()) - age_s
        return body.encode(), WebhookSignature.generate_signature_header(body, secret, stamp)

    def answer(self, method: str, target: str, body: str, headers: Any) -> tuple[int, str, bool]:
        """Status, body, and whether it is a repetition. Raises Dropped."""
        parts = urlsplit(target)
        if parts.path.startswith("/c/pay/"):
            return 200, self._page(method, parts.path.rsplit("/", 1)[1]), False
        with self._lock:
            self.asked.append(f"{method} {parts.path}")
            fault = self.faults.pop(0) if self.faults else None
            if headers.get("Authorization") != f"Bearer {KEY}":
                return 401, _error("", "Invalid API Key provided", "invalid_request_error"), False
            if fault == RESET:
                raise Dropped
            if fault == BUSY:
                return 429, _error("rate_limit", "Too many requests"), False
            return self._kept(method, parts.path, parts.query, body, headers, fault)

    def _page(self, method: str, session_id: str) -> str:
        """The page on which the payer pays, for tests with a real browser."""
        session = self.get(session_id)
        if method == "POST":
            self.pay(session_id)
        if session["status"] == "open":
            words = '<form method="post"><button>Pay</button></form>'
        else:
            words = f'<a href="{session["success_url"]}">Back</a>'
        head = '<!doctype html><html lang="en"><title>Stripe</title><link rel="icon" href="data:,">'
        return f"{head}<h1>Stripe</h1>{words}"

    def _kept(
        self, method: str, path: str, query: str, body: str, headers: Any, fault: str | None
    ) -> tuple[int, str, bool]:
        key = headers.get("Idempotency-Key") if method == "POST" else None
        if key in self.keys:
            known, status, said = self.keys[key]
            if known != f"{path} {body}":
                words = "Keys for idempotent requests can only be used with the same parameters"
                return 400, _error("", words, "idempotency_error"), False
            if fault in (LOST, STRUCK):
                raise Dropped
            return status, said, True
        done = (500, _error("", "Something broke", "api_error"))
        if fault != BROKEN:
            try:
                found = (200, json.dumps(self._do(method, path, query, body)))
            except Wrong as no:
                found = (no.status, _error(no.code, no.words, "invalid_request_error"))
            done = done if fault == STRUCK else found
        if key:
            self.keys[key] = (f"{path} {body}", *done)
        if fault == LOST:
            raise Dropped
        return (*done, False)

    def _do(self, method: str, path: str, query: str, body: str) -> Thing:
        if method == "GET":
            return self._read(path, parse_qs(query))
        from stripe import params
        from stripe.params import checkout

        asked = nested(body)
        if path.endswith("/expire"):
            return self.expire_session(path.split("/")[-2])
        act, shape = {
            "/v1/checkout/sessions": (self.open_session, checkout.SessionCreateParams),
            "/v1/refunds": (self.make_refund, params.RefundCreateParams),
            "/v1/transfers": (self.make_transfer, params.TransferCreateParams),
        }[path]
        if wrong := unknown(asked, shape):
            raise Wrong("parameter_unknown", f"Received unknown parameter: {', '.join(wrong)}")
        return act(asked)

    def _read(self, path: str, query: dict[str, list[str]]) -> Thing:
        if path.endswith("/reversals"):
            query["transfer"], path = [path.split("/")[-2]], "/v1/reversals"
        if path not in LISTS:
            return self._expanded(self.get(path.rsplit("/", 1)[1]))
        kind = LISTS[path]
        rows = [dict(one) for one in (self.events if kind == "event" else self.of(kind))][::-1]
        for name in ("payment_intent", "transfer_group", "transfer"):
            if name in query:
                rows = [one for one in rows if one.get(name) == query[name][0]]
        if since := query.get("created[gte]"):
            rows = [one for one in rows if one["created"] >= int(since[0])]
        if after := query.get("starting_after"):
            ids = [one["id"] for one in rows]
            rows = rows[ids.index(after[0]) + 1 :]
        if "data.source" in query.get("expand[0]", []):
            rows = [one | {"source": self.get(one["source"])} for one in rows]
        most = int(query.get("limit", ["10"])[0])
        return {"object": "list", "url": path, "data": rows[:most], "has_more": len(rows) > most}

    def _expanded(self, thing: Thing) -> Thing:
        intent = thing.get("payment_intent")
        if thing["object"] == "checkout.session" and intent:
            return thing | {"payment_intent": self.get(intent)}
        return thing


def _error(code: str, words: str, kind: str = "invalid_request_error") -> str:
    return json.dumps({"error": {"type": kind, "code": code or None, "message": words}})


def _handler(stand_in: StandIn) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def _answer(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            try:
                status, said, again = stand_in.answer(method, self.path, body, self.headers)
            except Dropped:
                self.close_connection = True
                return
            data = said.encode()
            self.send_response(status)
            kind = "text/html" if said.startswith("<") else "application/json"
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            if again:
                self.send_header("Idempotent-Replayed", "true")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    return Handler
