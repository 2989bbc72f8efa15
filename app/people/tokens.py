"""Random tokens that people hold, and the digests that the board keeps of them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode


def new() -> str:
    """A token of 256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a token: its SHA-256, which is enough for 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def derived(secret_key: str, name: str) -> str:
    """A token made from the board's key and a name: always the same one, and not to be guessed."""
    made = hmac.digest(secret_key.encode(), name.encode(), "sha256")
    return urlsafe_b64encode(made).decode().rstrip("=")
