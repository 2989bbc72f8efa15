"""Settings: `MILEPOST_…` variables and one file, read once, checked loudly, then frozen."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "MILEPOST_"

NAMES = frozenset(
    {
        "DATA_DIR", "DATABASE_URL", "HOST", "PORT", "URL", "SMTP_URL", "MAIL_FROM", "THREADS",
        "SCHEDULER", "SETUP_CODE", "SECRET_KEY", "TRUSTED_PROXY", "UPLOAD_LIMIT_MIB",
        "STRIPE_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API",
    }
)  # fmt: skip


class BadSetting(Exception):
    """A setting that cannot be used; the sentence names it and says what it should be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the board needs to know from outside. Make one with `Settings.load`."""

    data_dir: Path
    database_url: str
    secret_key: str
    host: str = "127.0.0.1"
    port: int = 8000
    url: str = "http://127.0.0.1:8000"
    smtp_url: str = "file:"
    mail_from: str = "Milepost <board@localhost>"
    threads: int = 8
    scheduler: bool = True
    setup_code: str = ""
    trusted_proxy: str = ""
    upload_limit: int = 25 * 1024 * 1024
    stripe_key: str = ""
    stripe_webhook_secret: str = ""
    stripe_api: str = ""
    demo: bool = False
    testing: bool = False

    @property
    def files_dir(self) -> Path:
        """Where uploaded files are kept, named by their SHA-256."""
        return self.data_dir / "files"

    @property
    def letters_dir(self) -> Path:
        """Where letters go as .eml files while no SMTP server is set."""
        return self.data_dir / "letters"

    @property
    def is_https(self) -> bool:
        """Whether people reach the board by https."""
        return self.url.startswith("https:")

    @property
    def is_of_this_machine(self) -> bool:
        """Whether people reach the board from this machine only."""
        return urlsplit(self.url).hostname in ("127.0.0.1", "localhost", "::1")

    @property
    def wants_proxy(self) -> bool:
        """Whether others reach the board, by a reverse proxy (if there is one) nobody named."""
        return not self.trusted_proxy and (self.is_https or not self.is_of_this_machine)

    @property
    def mails(self) -> bool:
        """Whether letters really leave the house."""
        return not self.smtp_url.startswith("file:")

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, *, demo: bool = False) -> Settings:
        """Read the environment (and `settings.env` in the data folder), or raise BadSetting.

        The secret key and the setup code are made on the first start and kept in the data folder.
        """
        given = _given(os.environ if environ is None else environ)
        default_dir = ROOT / "instance" / ("demo" if demo else "")
        data_dir = Path(given.get("DATA_DIR", default_dir)).expanduser().resolve()
        _make_folder(data_dir)
        given = _given_in_file(data_dir / "settings.env") | given
        host = given.get("HOST", "127.0.0.1")
        port = _number(given, "PORT", 8000, 1, 65535)
        everywhere = host in ("0.0.0.0", "::")  # noqa: S104 (only compared with)
        shown = "127.0.0.1" if everywhere else host
        stripe = _stripe(given)
        return cls(
            data_dir=data_dir,
            database_url=_database_url(given, data_dir),
            secret_key=given.get("SECRET_KEY") or _kept_secret(data_dir / "secret_key", 48),
            host=host,
            port=port,
            url=_url(given, f"http://{shown}:{port}"),
            smtp_url=_smtp_url(given),
            mail_from=given.get("MAIL_FROM", "Milepost <board@localhost>"),
            threads=_number(given, "THREADS", 8, 1, 64),
            scheduler=_switch(given, "SCHEDULER", True),
            setup_code=given.get("SETUP_CODE") or _kept_secret(data_dir / "setup_code", 9),
            trusted_proxy=given.get("TRUSTED_PROXY", ""),
            upload_limit=_number(given, "UPLOAD_LIMIT_MIB", 25, 1, 1024) * 1024 * 1024,
            stripe_key=stripe[0],
            stripe_webhook_secret=stripe[1],
            stripe_api=stripe[2],
            demo=demo,
        )


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    """Our variables without their prefix; `…_FILE` reads the value from a file."""
    found: dict[str, str] = {}
    for key, value in environ.items():
        if not key.startswith(PREFIX) or not value.strip():
            continue
        name = key.removeprefix(PREFIX)
        if name.endswith("_FILE") and name.removesuffix("_FILE") in NAMES:
            try:
                value = Path(value).read_text().strip()
            except OSError as trouble:
                raise BadSetting(f"{key}: cannot read {value} ({trouble.strerror}).") from None
            name = name.removesuffix("_FILE")
        if name in NAMES:
            found[name] = value.strip()
        elif name not in ("DEMO", "PYTHON"):
            raise BadSetting(f"{key} is not a setting of Milepost; see docs/settings.md.")
    return found


def _given_in_file(path: Path) -> dict[str, str]:
    """`MILEPOST_NAME=value` lines of the settings file; the environment wins over it."""
    if not path.is_file():
        return {}
    lines = [line.strip() for line in path.read_text().splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return _given({key.strip(): value.strip().strip("\"'") for key, _, value in pairs})


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = path / f".probe-{secrets.token_hex(4)}"
        probe.write_text("")
        probe.unlink()
    except OSError as trouble:
        raise BadSetting(
            f"The data folder {path} is not writable ({trouble.strerror}). "
            "Set MILEPOST_DATA_DIR to a folder that is."
        ) from None


def _kept_secret(path: Path, size: int) -> str:
    """A secret made once and kept beside the database, readable by its owner alone."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(size))
    except FileExistsError:
        pass
    return path.read_text().strip()


def _number(given: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = given.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise BadSetting(f"{PREFIX}{name} is {text!r}; it must be a number from {least} to {most}.")
    return int(text)


def _switch(given: Mapping[str, str], name: str, default: bool) -> bool:
    text = given.get(name)
    if text is None:
        return default
    if text.lower() not in ("on", "off"):
        raise BadSetting(f"{PREFIX}{name} is {text!r}; it must be on or off.")
    return text.lower() == "on"


def _url(given: Mapping[str, str], default: str) -> str:
    text = given.get("URL", default).rstrip("/")
    parts = urlsplit(text)
    more = parts.path or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in ("http", "https") or not parts.netloc or more:
        raise BadSetting(f"{PREFIX}URL is {text!r}; it must look like https://board.example.org.")
    # HTTPS://Board.example is https, too: cookies and headers depend on it.
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _smtp_url(given: Mapping[str, str]) -> str:
    text = given.get("SMTP_URL", "file:")
    parts = urlsplit(text)
    if parts.scheme != "file" and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
        raise BadSetting(
            f"{PREFIX}SMTP_URL must look like smtp://user:password@host:587, smtps://… or file:."
        )
    return text


def _stripe(given: Mapping[str, str]) -> tuple[str, str, str]:
    """Card payments: a secret key with the secret of the webhook, or nothing at all."""
    key, secret = given.get("STRIPE_KEY", ""), given.get("STRIPE_WEBHOOK_SECRET", "")
    api = given.get("STRIPE_API", "").rstrip("/")
    if key and not key.startswith(("sk_", "rk_")):
        raise BadSetting(f"{PREFIX}STRIPE_KEY must begin with sk_ or rk_ (it is not shown here).")
    if bool(key) != bool(secret):
        raise BadSetting(
            f"{PREFIX}STRIPE_KEY and {PREFIX}STRIPE_WEBHOOK_SECRET belong together: without the "
            "secret the board would not believe Stripe that a payment came."
        )
    parts = urlsplit(api)
    loopback = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
    if api and (not parts.hostname or not (parts.scheme == "https" or loopback)):
        raise BadSetting(
            f"{PREFIX}STRIPE_API is {api!r}; it must begin with https:// (http:// only for "
            "127.0.0.1)."
        )
    return key, secret, api


def _database_url(given: Mapping[str, str], data_dir: Path) -> str:
    text = given.get("DATABASE_URL")
    if text is None:
        return f"sqlite:///{data_dir / 'milepost.db'}"
    for old in ("postgres://", "postgresql://"):
        if text.startswith(old):
            return "postgresql+psycopg://" + text.removeprefix(old)
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSetting(
            f"{PREFIX}DATABASE_URL must begin with sqlite:/// or postgresql:// (it is not shown "
            "here, because it may hold a password)."
        )
    return text
