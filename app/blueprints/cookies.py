"""The board's cookies: where people reach it by https they are bound to exactly this host."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Response, current_app, request

from app.people.sign_in import LONGEST
from app.settings import Settings

SIGN_IN = "milepost"
BROWSER = "milepost-browser"


def named(settings: Settings, plain: str) -> str:
    """The name of a cookie: a browser keeps `__Host-…` only if it is secure and of this host."""
    return f"__Host-{plain}" if settings.is_https else plain


def held(plain: str) -> str:
    """What this request's browser holds under a name; empty for nothing."""
    return request.cookies.get(named(_settings(), plain), "")


def put(answer: Response, plain: str, value: str, lasts: timedelta) -> None:
    """Give the browser a cookie like the one of the sign-in."""
    answer.set_cookie(
        named(_settings(), plain),
        value,
        max_age=lasts,
        secure=_settings().is_https,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _settings() -> Settings:
    found: Settings = current_app.config["MILEPOST"]
    return found


def init_app(app: Flask) -> None:
    """Tell Flask of the cookie that holds the sign-in."""
    settings: Settings = app.config["MILEPOST"]
    app.config.update(
        SESSION_COOKIE_NAME=named(settings, SIGN_IN),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_DOMAIN=None,
        PERMANENT_SESSION_LIFETIME=LONGEST,
    )
