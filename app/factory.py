"""create_app: settings, extensions, adapters, pages and commands, wired in one place."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

import app.engagement.models
import app.escrow.cards.models
import app.escrow.models
import app.escrow.office.models
import app.feedback.models
import app.jobs.models
import app.kernel.events
import app.kernel.once
import app.mail.models
import app.people.models
import app.scheduler.models
import app.talk.models
import app.terms.models
import app.workroom.models  # noqa: F401  (every table must be known to the one metadata)
from app import cli
from app.adapters.stripe_card import EXTENSION, card_provider
from app.blueprints import WORDS, assets, cookies, errors, guards, htmx, locale, unit_of_work, uses
from app.extensions import csrf, db, login
from app.kernel import writing
from app.settings import ROOT, Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The board as a WSGI application. Raises BadSetting where a setting cannot be used."""
    settings = settings or Settings.load()
    flask = Flask("app", root_path=str(ROOT / "app"), static_folder=None)
    flask.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        MAX_CONTENT_LENGTH=settings.upload_limit + 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=8 * 1024 * 1024,
        MAX_FORM_PARTS=4000,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_ENABLED=not settings.testing,
        TESTING=settings.testing,
        MILEPOST=settings,
    )
    flask.jinja_env.trim_blocks = True
    flask.jinja_env.lstrip_blocks = True
    flask.jinja_env.auto_reload = False
    db.init_app(flask)
    with flask.app_context():
        writing.install(db.engine)
    flask.extensions[EXTENSION] = card_provider(settings)
    csrf.init_app(flask)
    login.init_app(flask)
    for part in (cookies, assets, locale, errors, guards, htmx, unit_of_work, uses):
        part.init_app(flask)
    for word in WORDS:
        flask.register_blueprint(import_module(f"app.blueprints.{word}").bp)
    cli.init_app(flask)
    return flask


def _engine_options(settings: Settings) -> dict[str, object]:
    """Pools sized for the threads, connections that are alive, and no values of rows in logs."""
    options: dict[str, object] = {"pool_size": settings.threads + 4, "hide_parameters": True}
    if settings.database_url.startswith("sqlite"):
        return options | {"connect_args": {"check_same_thread": False}}
    return options | {"pool_pre_ping": True}
