"""What the database itself refuses, on both databases: the books cannot be bent from outside.

Transfers are append-only, gapless and chained; balances are moved only by the insert trigger;
events never change but for the erasure of words; lines of sent terms never change. The app refuses
to start when a trigger is missing (Alembic's batch mode on SQLite drops them silently).
"""

# ruff: noqa: S608 (statements are made of constants of this file only)

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

_CONTENT = (
    "NEW.seq || '|' || NEW.from_id || '|' || NEW.to_id || '|' || NEW.currency || '|' || "
    "NEW.amount || '|' || NEW.key || '|' || NEW.event_id || '|' || NEW.at || '|' || "
    "NEW.previous_hash"
)
"""The text whose SHA-256 is a transfer's hash; `ledger.transfer_hash` writes the same."""

_MOVED_BY_TRANSFER = """EXISTS (
    SELECT 1 FROM transfers t WHERE t.seq = NEW.last_seq AND OLD.last_seq < NEW.last_seq
    AND ((t.from_id = OLD.id AND NEW.balance = OLD.balance - t.amount)
      OR (t.to_id = OLD.id AND NEW.balance = OLD.balance + t.amount)))"""

_HEAD_FOLLOWS = """EXISTS (
    SELECT 1 FROM transfers t WHERE t.seq = NEW.seq AND t.hash = NEW.hash
    AND t.previous_hash = OLD.hash AND NEW.seq = OLD.seq + 1 AND NEW.id = OLD.id)"""

_POSTED_BY_TRANSFER = """EXISTS (
    SELECT 1 FROM accounts a JOIN transfers t ON t.seq = a.last_seq AND a.id IN (t.from_id, t.to_id)
    WHERE a.id = NEW.account_id AND a.last_seq = NEW.seq AND a.balance = NEW.balance)"""

_SAME_ACCOUNT = (
    "NEW.id = OLD.id AND NEW.name = OLD.name AND NEW.kind = OLD.kind AND NEW.owner_id = "
    "OLD.owner_id AND NEW.currency = OLD.currency AND NEW.floor = OLD.floor"
)

_EVENT_COLUMNS = (
    *("id", "stream", "number", "kind", "at", "actor_id", "subject_kind", "subject_id"),
    *("facts", "words_digest", "previous_hash", "hash"),
)

_PAPERS = ("invoices", "invoice_lines", "fee_invoices", "fee_invoice_lines")

_DRAFT = "(SELECT state FROM revisions WHERE id = {row}.revision_id) = 'draft'"


def _refuse(words: str, condition: str) -> str:
    return f"SELECT RAISE(ABORT, 'ledger: {words}') WHERE {condition};"


_SQLITE: dict[str, tuple[str, str]] = {
    "transfers_check": (
        "BEFORE INSERT ON transfers",
        _refuse("gap in the sequence", "NEW.seq IS NOT (SELECT seq + 1 FROM ledger_head)")
        + _refuse("broken chain", "NEW.previous_hash IS NOT (SELECT hash FROM ledger_head)")
        + _refuse("forged hash", f"NEW.hash IS NOT milepost_sha256({_CONTENT})")
        + _refuse("key was used", "EXISTS (SELECT 1 FROM transfers WHERE key = NEW.key)")
        + _refuse(
            "wrong currency",
            "2 <> (SELECT count(*) FROM accounts WHERE id IN (NEW.from_id, NEW.to_id) "
            "AND currency = NEW.currency)",
        ),
    ),
    "transfers_move": (
        "AFTER INSERT ON transfers",
        "UPDATE ledger_head SET seq = NEW.seq, hash = NEW.hash WHERE id = 1;"
        "UPDATE accounts SET balance = balance - NEW.amount, last_seq = NEW.seq "
        "WHERE id = NEW.from_id;"
        "UPDATE accounts SET balance = balance + NEW.amount, last_seq = NEW.seq "
        "WHERE id = NEW.to_id;"
        "INSERT INTO postings (account_id, seq, balance) SELECT id, NEW.seq, balance "
        "FROM accounts WHERE id IN (NEW.from_id, NEW.to_id);",
    ),
    "transfers_no_update": ("BEFORE UPDATE ON transfers", _refuse("append-only", "1")),
    "transfers_no_delete": ("BEFORE DELETE ON transfers", _refuse("append-only", "1")),
    "postings_check": (
        "BEFORE INSERT ON postings",
        _refuse("postings follow transfers only", f"NOT {_POSTED_BY_TRANSFER}")
        + _refuse(
            "posted already",
            "EXISTS (SELECT 1 FROM postings WHERE account_id = NEW.account_id AND seq = NEW.seq)",
        ),
    ),
    "postings_no_update": ("BEFORE UPDATE ON postings", _refuse("append-only", "1")),
    "postings_no_delete": ("BEFORE DELETE ON postings", _refuse("append-only", "1")),
    "accounts_begin_empty": (
        "BEFORE INSERT ON accounts",
        _refuse("an account begins empty", "NEW.balance <> 0 OR NEW.last_seq <> 0")
        + _refuse(
            "the account exists",
            "EXISTS (SELECT 1 FROM accounts WHERE id = NEW.id "
            "OR (name = NEW.name AND currency = NEW.currency))",
        ),
    ),
    "accounts_guard": (
        "BEFORE UPDATE ON accounts",
        _refuse(
            "balances move by transfers only", f"NOT ({_SAME_ACCOUNT}) OR NOT {_MOVED_BY_TRANSFER}"
        ),
    ),
    "accounts_no_delete": ("BEFORE DELETE ON accounts", _refuse("append-only", "1")),
    "head_only_one": (
        "BEFORE INSERT ON ledger_head",
        _refuse("there is one head", "EXISTS (SELECT 1 FROM ledger_head)"),
    ),
    "head_guard": (
        "BEFORE UPDATE ON ledger_head",
        _refuse("the head follows transfers only", f"NOT {_HEAD_FOLLOWS}"),
    ),
    "head_no_delete": ("BEFORE DELETE ON ledger_head", _refuse("append-only", "1")),
    "events_guard": (
        "BEFORE UPDATE ON events",
        _refuse(
            "events never change",
            " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _EVENT_COLUMNS)
            + " OR NEW.words IS NOT NULL OR NEW.words_salt IS NOT NULL",
        ),
    ),
    "events_no_delete": ("BEFORE DELETE ON events", _refuse("append-only", "1")),
    "events_no_replace": (
        "BEFORE INSERT ON events",
        _refuse(
            "the event exists",
            "EXISTS (SELECT 1 FROM events WHERE id = NEW.id "
            "OR (stream = NEW.stream AND number = NEW.number))",
        ),
    ),
    "invoices_no_replace": (
        "BEFORE INSERT ON invoices",
        _refuse(
            "the invoice exists",
            "EXISTS (SELECT 1 FROM invoices WHERE id = NEW.id OR reverses_id = NEW.reverses_id "
            "OR (freelancer_id = NEW.freelancer_id AND number = NEW.number))",
        ),
    ),
    "invoice_lines_no_replace": (
        "BEFORE INSERT ON invoice_lines",
        _refuse(
            "the line exists",
            "EXISTS (SELECT 1 FROM invoice_lines "
            "WHERE invoice_id = NEW.invoice_id AND position = NEW.position)",
        ),
    ),
    "lines_no_update": (
        "BEFORE UPDATE ON revision_lines",
        _refuse("sent terms never change", f"NOT {_DRAFT.format(row='OLD')}"),
    ),
    "lines_no_delete": (
        "BEFORE DELETE ON revision_lines",
        _refuse("sent terms never change", f"NOT {_DRAFT.format(row='OLD')}"),
    ),
    "lines_no_insert": (
        "BEFORE INSERT ON revision_lines",
        _refuse("sent terms never change", f"NOT {_DRAFT.format(row='NEW')}"),
    ),
    **{
        f"{table}_{name}": (f"BEFORE {act} ON {table}", _refuse("an invoice never changes", "1"))
        for table in _PAPERS
        for name, act in (("no_update", "UPDATE"), ("no_delete", "DELETE"))
    },
}


def _unless(condition: str, words: str) -> str:
    return f"IF NOT ({condition}) THEN RAISE EXCEPTION 'ledger: {words}'; END IF;"


_NEVER = "RAISE EXCEPTION 'ledger: append-only';"

_POSTGRESQL: dict[str, tuple[str, str]] = {
    "transfers_check": (
        "BEFORE INSERT ON transfers FOR EACH ROW",
        _unless("NEW.seq = (SELECT seq + 1 FROM ledger_head)", "gap in the sequence")
        + _unless("NEW.previous_hash = (SELECT hash FROM ledger_head)", "broken chain")
        + _unless(
            f"NEW.hash = encode(sha256(convert_to({_CONTENT}, 'UTF8')), 'hex')", "forged hash"
        )
        + _unless(
            "2 = (SELECT count(*) FROM accounts WHERE id IN (NEW.from_id, NEW.to_id) "
            "AND currency = NEW.currency)",
            "wrong currency",
        )
        + "RETURN NEW;",
    ),
    "transfers_move": (
        "AFTER INSERT ON transfers FOR EACH ROW",
        _SQLITE["transfers_move"][1] + "RETURN NULL;",
    ),
    "transfers_no_update": ("BEFORE UPDATE ON transfers FOR EACH ROW", _NEVER),
    "transfers_no_delete": ("BEFORE DELETE ON transfers FOR EACH ROW", _NEVER),
    "transfers_no_truncate": ("BEFORE TRUNCATE ON transfers", _NEVER),
    "postings_check": (
        "BEFORE INSERT ON postings FOR EACH ROW",
        _unless(_POSTED_BY_TRANSFER, "postings follow transfers only") + "RETURN NEW;",
    ),
    "postings_no_update": ("BEFORE UPDATE ON postings FOR EACH ROW", _NEVER),
    "postings_no_delete": ("BEFORE DELETE ON postings FOR EACH ROW", _NEVER),
    "postings_no_truncate": ("BEFORE TRUNCATE ON postings", _NEVER),
    "accounts_begin_empty": (
        "BEFORE INSERT ON accounts FOR EACH ROW",
        _unless("NEW.balance = 0 AND NEW.last_seq = 0", "an account begins empty") + "RETURN NEW;",
    ),
    "accounts_guard": (
        "BEFORE UPDATE ON accounts FOR EACH ROW",
        _unless(f"{_SAME_ACCOUNT} AND {_MOVED_BY_TRANSFER}", "balances move by transfers only")
        + "RETURN NEW;",
    ),
    "accounts_no_delete": ("BEFORE DELETE ON accounts FOR EACH ROW", _NEVER),
    "accounts_no_truncate": ("BEFORE TRUNCATE ON accounts", _NEVER),
    "head_only_one": (
        "BEFORE INSERT ON ledger_head FOR EACH ROW",
        _unless("NOT EXISTS (SELECT 1 FROM ledger_head)", "there is one head") + "RETURN NEW;",
    ),
    "head_guard": (
        "BEFORE UPDATE ON ledger_head FOR EACH ROW",
        _unless(_HEAD_FOLLOWS, "the head follows transfers only") + "RETURN NEW;",
    ),
    "head_no_delete": ("BEFORE DELETE ON ledger_head FOR EACH ROW", _NEVER),
    "head_no_truncate": ("BEFORE TRUNCATE ON ledger_head", _NEVER),
    "events_guard": (
        "BEFORE UPDATE ON events FOR EACH ROW",
        _unless(
            " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in _EVENT_COLUMNS)
            + " AND NEW.words IS NULL AND NEW.words_salt IS NULL",
            "events never change",
        )
        + "RETURN NEW;",
    ),
    "events_no_delete": ("BEFORE DELETE ON events FOR EACH ROW", _NEVER),
    "events_no_truncate": ("BEFORE TRUNCATE ON events", _NEVER),
    "lines_no_update": (
        "BEFORE UPDATE ON revision_lines FOR EACH ROW",
        _unless(_DRAFT.format(row="OLD"), "sent terms never change") + "RETURN NEW;",
    ),
    "lines_no_delete": (
        "BEFORE DELETE ON revision_lines FOR EACH ROW",
        _unless(_DRAFT.format(row="OLD"), "sent terms never change") + "RETURN OLD;",
    ),
    "lines_no_insert": (
        "BEFORE INSERT ON revision_lines FOR EACH ROW",
        _unless(_DRAFT.format(row="NEW"), "sent terms never change") + "RETURN NEW;",
    ),
    **{
        f"{table}_{name}": (f"BEFORE {act} ON {table}{each}", _NEVER)
        for table in _PAPERS
        for name, act, each in (
            ("no_update", "UPDATE", " FOR EACH ROW"),
            ("no_delete", "DELETE", " FOR EACH ROW"),
            ("no_truncate", "TRUNCATE", ""),
        )
    },
}

PREFIX = "milepost_"


def install(connection: Connection) -> None:
    """Drop and create every trigger; for migrations, after tables were made or rebuilt.

    One of a table that a later migration makes is left to that migration.
    """
    there = set(inspect(connection).get_table_names())
    if connection.dialect.name == "sqlite":
        for name, (when, body) in _SQLITE.items():
            if _table(when) not in there:
                continue
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {PREFIX}{name}")
            connection.exec_driver_sql(f"CREATE TRIGGER {PREFIX}{name} {when} BEGIN {body} END")
        return
    for name, (when, body) in _POSTGRESQL.items():
        table = _table(when)
        if table not in there:
            continue
        connection.execute(text(f"DROP TRIGGER IF EXISTS {PREFIX}{name} ON {table}"))
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {PREFIX}{name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$body$ BEGIN {body} END $body$"
        )
        connection.exec_driver_sql(
            f"CREATE TRIGGER {PREFIX}{name} {when} EXECUTE FUNCTION {PREFIX}{name}()"
        )


def _table(when: str) -> str:
    return when.split(" ON ")[1].split(" ")[0]


def missing(connection: Connection) -> set[str]:
    """The names of triggers that should be there and are not."""
    if connection.dialect.name == "sqlite":
        expected, query = _SQLITE, "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        expected, query = (
            _POSTGRESQL,
            ("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"),
        )
    found = set(connection.execute(text(query)).scalars())
    return {name for name in expected if PREFIX + name not in found}
