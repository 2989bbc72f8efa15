"""The one declarative base, and the column types that every room uses."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, Text, TypeDecorator, event
from sqlalchemy.orm import ColumnProperty, DeclarativeBase, InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from app.kernel.text import clean_line, clean_lines

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no i, l, o or u, so that an id can be read aloud."""


def new_id() -> str:
    """A random public id of 13 characters (65 bits), safe in addresses and hard to guess."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(13))


class Base(DeclarativeBase):
    """All tables of the board; names of constraints are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def stamp(at: datetime) -> str:
    """A UTC time as fixed-width text that sorts like the time itself.

    >>> stamp(datetime(2026, 11, 3, 9, 0, tzinfo=UTC))
    '2026-11-03T09:00:00.000000Z'
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class UTCTime(TypeDecorator[datetime]):
    """Aware UTC datetimes: TIMESTAMPTZ on PostgreSQL, sortable text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a time without a zone cannot be stored")
        return value if dialect.name == "postgresql" else stamp(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        return value.astimezone(UTC)  # type: ignore[no-any-return]


class Minor(TypeDecorator[int]):
    """A whole number of a currency's minor units. Anything but an int is refused when bound,

    because PostgreSQL would silently round 1.5 to 2 in a bigint.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Integer())
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        if value is not None and type(value) is not int:
            raise TypeError(f"money is counted in whole minor units, not {value!r}")
        return value


class TextLine(TypeDecorator[str]):
    """One line that people typed, or that came from outside: a name, a title, an address.

    It is cleaned when it is set on an object and when it is bound to a statement, so that no door
    can be forgotten. What is then empty its verb or its form refuses.
    """

    impl = Text
    cache_ok = True
    clean: Callable[[str], str] = staticmethod(clean_line)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value if value is None else self.clean(value)


class TextLines(TextLine):
    """Several such lines, a postal address say."""

    cache_ok = True
    clean = staticmethod(clean_lines)


@event.listens_for(Base, "attribute_instrument")
def _clean_when_set(_model: type[Base], _name: str, attribute: InstrumentedAttribute[Any]) -> None:
    """Have every attribute of a TextLine clean what is set on it."""
    found = attribute.property
    kind = found.columns[0].type if isinstance(found, ColumnProperty) else None
    if not isinstance(kind, TextLine):
        return

    @event.listens_for(attribute, "set", retval=True)
    def clean(_target: Base, value: Any, _before: Any, _initiator: Any) -> Any:
        return kind.clean(value) if isinstance(value, str) else value
