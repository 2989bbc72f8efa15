"""The first board: every table, the empty ledger's head, and the triggers that guard them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.escrow import triggers
from app.kernel.base import Minor, UTCTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("balance", Minor(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "floor = 1 OR (floor = 0 AND kind IN ('bank', 'loss'))",
            name=op.f("ck_accounts_floor_kind"),
        ),
        sa.CheckConstraint("floor = 0 OR balance >= 0", name=op.f("ck_accounts_never_below_zero")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("name", "currency", name=op.f("uq_accounts_name_currency")),
        sqlite_strict=True,
    )
    op.create_index("ix_accounts_owner", "accounts", ["kind", "owner_id"], unique=False)
    op.create_table(
        "board",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("open_joining", sa.Boolean(), nullable=False),
        sa.Column("bank_account", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.Text(), nullable=False),
        sa.Column("privacy", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("link_limit_minor", Minor(), nullable=True),
        sa.Column("made_at", UTCTime(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_board_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board")),
    )
    op.create_table(
        "chores_done",
        sa.Column("chore", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.PrimaryKeyConstraint("chore", "subject", "period", name=op.f("pk_chores_done")),
    )
    op.create_index(op.f("ix_chores_done_at"), "chores_done", ["at"], unique=False)
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("words_salt", sa.Text(), nullable=True),
        sa.Column("words_digest", sa.Text(), nullable=True),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("stream", "number", name=op.f("uq_events_stream_number")),
    )
    op.create_index("ix_events_subject", "events", ["subject_kind", "subject_id"], unique=False)
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_head")),
        sqlite_strict=True,
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_folded", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("hires", sa.Boolean(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("is_operator", sa.Boolean(), nullable=False),
        sa.Column("is_bookkeeper", sa.Boolean(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("skills", sa.Text(), nullable=False),
        sa.Column("billing", sa.Text(), nullable=False),
        sa.Column("payout_account", sa.Text(), nullable=False),
        sa.Column("tax_rate", sa.Integer(), nullable=False),
        sa.Column("tax_words", sa.Text(), nullable=False),
        sa.Column("report_weekday", sa.Integer(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("joined_at", UTCTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email_folded", name=op.f("uq_people_email_folded")),
    )
    op.create_index("ix_people_freelancers", "people", ["works", "name", "id"], unique=False)
    op.create_table(
        "postings",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("balance", Minor(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "seq", name=op.f("pk_postings")),
        sqlite_strict=True,
    )
    op.create_table(
        "spent_forms",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.Column("led_to", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_spent_forms")),
    )
    op.create_index(op.f("ix_spent_forms_at"), "spent_forms", ["at"], unique=False)
    op.create_table(
        "stream_heads",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_stream_heads")),
    )
    op.create_table(
        "throttles",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("since", UTCTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttles")),
    )
    op.create_table(
        "bank_exports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_bank_exports_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_exports")),
    )
    op.create_index(op.f("ix_bank_exports_at"), "bank_exports", ["at"], unique=False)
    op.create_table(
        "bank_statements",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.Column("new_lines", sa.Integer(), nullable=False),
        sa.Column("known_lines", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_bank_statements_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statements")),
    )
    op.create_index(op.f("ix_bank_statements_at"), "bank_statements", ["at"], unique=False)
    op.create_table(
        "files",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("place_kind", sa.Text(), nullable=False),
        sa.Column("place_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_files_by_id")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_files_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    op.create_index(op.f("ix_files_conversation_id"), "files", ["conversation_id"], unique=False)
    op.create_index("ix_files_place", "files", ["place_kind", "place_id"], unique=False)
    op.create_index(op.f("ix_files_sha256"), "files", ["sha256"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("skills", sa.Text(), nullable=False),
        sa.Column("budget_low_minor", Minor(), nullable=True),
        sa.Column("budget_high_minor", Minor(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.Column("to_invite", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("created_at", UTCTime(), nullable=False),
        sa.Column("opened_at", UTCTime(), nullable=True),
        sa.Column("closed_at", UTCTime(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["people.id"], name=op.f("fk_jobs_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_board", "jobs", ["state", "audience", "opened_at", "id"], unique=False)
    op.create_index(op.f("ix_jobs_client_id"), "jobs", ["client_id"], unique=False)
    op.create_table(
        "joinings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_folded", sa.Text(), nullable=False),
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=True),
        sa.Column("created_at", UTCTime(), nullable=False),
        sa.Column("expires_at", UTCTime(), nullable=False),
        sa.Column("used_at", UTCTime(), nullable=True),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["invited_by"], ["people.id"], name=op.f("fk_joinings_invited_by")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_joinings_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joinings")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_joinings_token_digest")),
    )
    op.create_index(op.f("ix_joinings_email_folded"), "joinings", ["email_folded"], unique=False)
    op.create_index(op.f("ix_joinings_job_id"), "joinings", ["job_id"], unique=False)
    op.create_table(
        "letters",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.Column("to_address", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", UTCTime(), nullable=False),
        sa.Column("due_at", UTCTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", UTCTime(), nullable=True),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_letters_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("key", name=op.f("uq_letters_key")),
    )
    op.create_index("ix_letters_due", "letters", ["state", "due_at"], unique=False)
    op.create_index(op.f("ix_letters_person_id"), "letters", ["person_id"], unique=False)
    op.create_table(
        "letters_off",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_letters_off_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "family", name=op.f("pk_letters_off")),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", UTCTime(), nullable=False),
        sa.Column("expires_at", UTCTime(), nullable=False),
        sa.Column("spent_at", UTCTime(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("revoked_at", UTCTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_links_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_links_digest")),
    )
    op.create_index(op.f("ix_links_object_id"), "links", ["object_id"], unique=False)
    op.create_index(op.f("ix_links_person_id"), "links", ["person_id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_messages_author_id")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_messages_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "conversation_id", "number", name=op.f("uq_messages_conversation_id_number")
        ),
    )
    op.create_table(
        "read_marks",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_read_marks_conversation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_read_marks_person_id")),
        sa.PrimaryKeyConstraint("conversation_id", "person_id", name=op.f("pk_read_marks")),
    )
    op.create_table(
        "sign_ins",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("created_at", UTCTime(), nullable=False),
        sa.Column("expires_at", UTCTime(), nullable=False),
        sa.Column("revoked_at", UTCTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sign_ins_person_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_ins")),
    )
    op.create_index(op.f("ix_sign_ins_person_id"), "sign_ins", ["person_id"], unique=False)
    op.create_table(
        "transfers",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", Minor(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_transfers_amount_is_positive")),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_transfers_two_accounts")),
        sa.ForeignKeyConstraint(["from_id"], ["accounts.id"], name=op.f("fk_transfers_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["accounts.id"], name=op.f("fk_transfers_to_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_transfers")),
        sa.UniqueConstraint("key", name=op.f("uq_transfers_key")),
        sqlite_strict=True,
    )
    op.create_index("ix_transfers_at", "transfers", ["at", "seq"], unique=False)
    op.create_index(op.f("ix_transfers_event_id"), "transfers", ["event_id"], unique=False)
    op.create_index("ix_transfers_from", "transfers", ["from_id", "seq"], unique=False)
    op.create_index("ix_transfers_to", "transfers", ["to_id", "seq"], unique=False)
    op.create_table(
        "untold",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_untold_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_untold")),
    )
    op.create_table(
        "bank_entries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("line_key", sa.Text(), nullable=False),
        sa.Column("value_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("other_account", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("bank_id", sa.Text(), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("twin", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("settled_kind", sa.Text(), nullable=False),
        sa.Column("settled_id", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", UTCTime(), nullable=True),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_bank_entries_some_amount")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["people.id"], name=op.f("fk_bank_entries_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["bank_statements.id"], name=op.f("fk_bank_entries_statement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_entries")),
        sa.UniqueConstraint("account", "line_key", name=op.f("uq_bank_entries_account_line_key")),
        sa.UniqueConstraint("settled_id", name=op.f("uq_bank_entries_settled_id")),
    )
    op.create_index(
        op.f("ix_bank_entries_decided_at"), "bank_entries", ["decided_at"], unique=False
    )
    op.create_index(
        "ix_bank_entries_like",
        "bank_entries",
        ["account", "value_on", "amount_minor"],
        unique=False,
    )
    op.create_index(
        "ix_bank_entries_listed", "bank_entries", ["state", "value_on", "id"], unique=False
    )
    op.create_index(
        op.f("ix_bank_entries_statement_id"), "bank_entries", ["statement_id"], unique=False
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_invitations_job_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_invitations_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("job_id", "person_id", name=op.f("uq_invitations_job_id_person_id")),
    )
    op.create_index(op.f("ix_invitations_person_id"), "invitations", ["person_id"], unique=False)
    op.create_table(
        "payouts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("to_account", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", UTCTime(), nullable=False),
        sa.Column("settled_at", UTCTime(), nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("export_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["people.id"], name=op.f("fk_payouts_confirmed_by")
        ),
        sa.ForeignKeyConstraint(
            ["export_id"], ["bank_exports.id"], name=op.f("fk_payouts_export_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_payouts_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payouts")),
        sa.UniqueConstraint("code", name=op.f("uq_payouts_code")),
    )
    op.create_index(op.f("ix_payouts_export_id"), "payouts", ["export_id"], unique=False)
    op.create_index(op.f("ix_payouts_person_id"), "payouts", ["person_id"], unique=False)
    op.create_index(op.f("ix_payouts_state"), "payouts", ["state"], unique=False)
    op.create_table(
        "proposals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("freelancer_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("delivery_on", sa.Date(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total_minor", Minor(), nullable=False),
        sa.Column("declined_from", sa.Text(), nullable=True),
        sa.Column("decline_words", sa.Text(), nullable=False),
        sa.Column("client_note", sa.Text(), nullable=False),
        sa.Column("submitted_at", UTCTime(), nullable=False),
        sa.Column("edited_at", UTCTime(), nullable=True),
        sa.Column("decided_at", UTCTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_proposals_conversation_id")
        ),
        sa.ForeignKeyConstraint(
            ["freelancer_id"], ["people.id"], name=op.f("fk_proposals_freelancer_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_proposals_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("conversation_id", name=op.f("uq_proposals_conversation_id")),
        sa.UniqueConstraint(
            "job_id", "freelancer_id", name=op.f("uq_proposals_job_id_freelancer_id")
        ),
    )
    op.create_index(
        op.f("ix_proposals_freelancer_id"), "proposals", ["freelancer_id"], unique=False
    )
    op.create_table(
        "engagements",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("proposal_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("freelancer_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("terms_id", sa.Text(), nullable=True),
        sa.Column("created_at", UTCTime(), nullable=False),
        sa.Column("activated_at", UTCTime(), nullable=True),
        sa.Column("closed_at", UTCTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["people.id"], name=op.f("fk_engagements_client_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_engagements_conversation_id")
        ),
        sa.ForeignKeyConstraint(
            ["freelancer_id"], ["people.id"], name=op.f("fk_engagements_freelancer_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_engagements_job_id")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_engagements_proposal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagements")),
    )
    op.create_index(op.f("ix_engagements_client_id"), "engagements", ["client_id"], unique=False)
    op.create_index(
        op.f("ix_engagements_freelancer_id"), "engagements", ["freelancer_id"], unique=False
    )
    op.create_index(op.f("ix_engagements_job_id"), "engagements", ["job_id"], unique=False)
    op.create_index(
        "uq_engagements_living_job",
        "engagements",
        ["job_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_table(
        "proposal_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_lines_proposal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_lines")),
        sa.UniqueConstraint(
            "proposal_id", "position", name=op.f("uq_proposal_lines_proposal_id_position")
        ),
    )
    op.create_table(
        "invoices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("freelancer_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("engagement_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("reverses_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("seller", sa.Text(), nullable=False),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("net_minor", Minor(), nullable=False),
        sa.Column("tax_minor", Minor(), nullable=False),
        sa.Column("total_minor", Minor(), nullable=False),
        sa.Column("tax_rate", sa.Integer(), nullable=False),
        sa.Column("tax_words", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.CheckConstraint(
            "(reverses_id IS NULL) = (total_minor > 0)", name=op.f("ck_invoices_credit_is_negative")
        ),
        sa.CheckConstraint("net_minor + tax_minor = total_minor", name=op.f("ck_invoices_sums")),
        sa.ForeignKeyConstraint(["client_id"], ["people.id"], name=op.f("fk_invoices_client_id")),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("fk_invoices_engagement_id")
        ),
        sa.ForeignKeyConstraint(
            ["freelancer_id"], ["people.id"], name=op.f("fk_invoices_freelancer_id")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["invoices.id"], name=op.f("fk_invoices_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint(
            "freelancer_id", "number", name=op.f("uq_invoices_freelancer_id_number")
        ),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_invoices_reverses_id")),
    )
    op.create_index(op.f("ix_invoices_client_id"), "invoices", ["client_id"], unique=False)
    op.create_index(op.f("ix_invoices_engagement_id"), "invoices", ["engagement_id"], unique=False)
    op.create_table(
        "milestones",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("engagement_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("fundable_at", UTCTime(), nullable=True),
        sa.Column("funded_at", UTCTime(), nullable=True),
        sa.Column("closed_at", UTCTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("fk_milestones_engagement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestones")),
    )
    op.create_index("ix_milestones_room", "milestones", ["engagement_id", "position"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("engagement_id", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("about_id", sa.Text(), nullable=False),
        sa.Column("about_side", sa.Text(), nullable=False),
        sa.Column("ratings", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.Column("published_at", UTCTime(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("replied_at", UTCTime(), nullable=True),
        sa.ForeignKeyConstraint(["about_id"], ["people.id"], name=op.f("fk_reviews_about_id")),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_reviews_author_id")),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("fk_reviews_engagement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint(
            "engagement_id", "author_id", name=op.f("uq_reviews_engagement_id_author_id")
        ),
    )
    op.create_index(op.f("ix_reviews_about_id"), "reviews", ["about_id"], unique=False)
    op.create_index(op.f("ix_reviews_published_at"), "reviews", ["published_at"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("engagement_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("author_side", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("review_days", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answers_id", sa.Text(), nullable=True),
        sa.Column("created_at", UTCTime(), nullable=False),
        sa.Column("saved_at", UTCTime(), nullable=False),
        sa.Column("proposed_at", UTCTime(), nullable=True),
        sa.Column("proposed_by_way", sa.Text(), nullable=False),
        sa.Column("lapses_at", UTCTime(), nullable=True),
        sa.Column("decided_at", UTCTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_by_way", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("typed", sa.Text(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_revisions_author_id")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["people.id"], name=op.f("fk_revisions_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("fk_revisions_engagement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint(
            "engagement_id", "number", name=op.f("uq_revisions_engagement_id_number")
        ),
    )
    op.create_index(
        "uq_revisions_one_draft",
        "revisions",
        ["engagement_id", "author_id"],
        unique=True,
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_index(
        "uq_revisions_one_proposed",
        "revisions",
        ["engagement_id"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "seats",
        sa.Column("engagement_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("powers", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("fk_seats_engagement_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_seats_person_id")),
        sa.PrimaryKeyConstraint("engagement_id", "person_id", name=op.f("pk_seats")),
    )
    op.create_index(op.f("ix_seats_person_id"), "seats", ["person_id"], unique=False)
    op.create_table(
        "status_reports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("engagement_id", sa.Text(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("quiet_week", sa.Boolean(), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("next", sa.Text(), nullable=False),
        sa.Column("blockers", sa.Text(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people.id"], name=op.f("fk_status_reports_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("fk_status_reports_engagement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_reports")),
        sa.UniqueConstraint(
            "engagement_id", "week", name=op.f("uq_status_reports_engagement_id_week")
        ),
    )
    op.create_table(
        "invoice_lines",
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoices.id"], name=op.f("fk_invoice_lines_invoice_id")
        ),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["milestones.id"], name=op.f("fk_invoice_lines_milestone_id")
        ),
        sa.PrimaryKeyConstraint("invoice_id", "position", name=op.f("pk_invoice_lines")),
    )
    op.create_index(op.f("ix_invoice_lines_event_id"), "invoice_lines", ["event_id"], unique=False)
    op.create_table(
        "money_asks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("engagement_id", sa.Text(), nullable=False),
        sa.Column("milestone_id", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", UTCTime(), nullable=False),
        sa.Column("due_at", UTCTime(), nullable=False),
        sa.Column("decided_at", UTCTime(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_money_asks_by_id")),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("fk_money_asks_engagement_id")
        ),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["milestones.id"], name=op.f("fk_money_asks_milestone_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_asks")),
    )
    op.create_index("ix_money_asks_due", "money_asks", ["state", "due_at"], unique=False)
    op.create_index("ix_money_asks_room", "money_asks", ["engagement_id", "asked_at"], unique=False)
    op.create_index(
        "uq_money_asks_waiting",
        "money_asks",
        ["milestone_id"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "payments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("engagement_id", sa.Text(), nullable=False),
        sa.Column("payer_id", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("revision_id", sa.Text(), nullable=True),
        sa.Column("bonus", sa.Boolean(), nullable=False),
        sa.Column("for_milestone_id", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", UTCTime(), nullable=False),
        sa.Column("settled_at", UTCTime(), nullable=True),
        sa.Column("received_minor", Minor(), nullable=True),
        sa.Column("value_on", sa.Date(), nullable=True),
        sa.Column("paid_by", sa.Text(), nullable=False),
        sa.Column("from_account", sa.Text(), nullable=False),
        sa.Column("bank_reference", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["people.id"], name=op.f("fk_payments_confirmed_by")
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("fk_payments_engagement_id")
        ),
        sa.ForeignKeyConstraint(
            ["for_milestone_id"], ["milestones.id"], name=op.f("fk_payments_for_milestone_id")
        ),
        sa.ForeignKeyConstraint(["payer_id"], ["people.id"], name=op.f("fk_payments_payer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("reference", name=op.f("uq_payments_reference")),
    )
    op.create_index(op.f("ix_payments_engagement_id"), "payments", ["engagement_id"], unique=False)
    op.create_index(op.f("ix_payments_payer_id"), "payments", ["payer_id"], unique=False)
    op.create_index(op.f("ix_payments_revision_id"), "payments", ["revision_id"], unique=False)
    op.create_index(op.f("ix_payments_state"), "payments", ["state"], unique=False)
    op.create_table(
        "report_progress",
        sa.Column("report_id", sa.Text(), nullable=False),
        sa.Column("milestone_id", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["milestones.id"], name=op.f("fk_report_progress_milestone_id")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["status_reports.id"], name=op.f("fk_report_progress_report_id")
        ),
        sa.PrimaryKeyConstraint("report_id", "milestone_id", name=op.f("pk_report_progress")),
    )
    op.create_index(
        op.f("ix_report_progress_milestone_id"), "report_progress", ["milestone_id"], unique=False
    )
    op.create_table(
        "revision_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Text(), nullable=False),
        sa.Column("milestone_id", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["milestones.id"], name=op.f("fk_revision_lines_milestone_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_revision_lines_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision_lines")),
        sa.UniqueConstraint(
            "revision_id", "position", name=op.f("uq_revision_lines_revision_id_position")
        ),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("milestone_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.Column("decided_at", UTCTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_submissions_by_id")),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["milestones.id"], name=op.f("fk_submissions_milestone_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint(
            "milestone_id", "number", name=op.f("uq_submissions_milestone_id_number")
        ),
    )
    op.create_index(
        "uq_submissions_waiting",
        "submissions",
        ["milestone_id"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "payment_parts",
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("milestone_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("filled_minor", Minor(), nullable=False),
        sa.Column("open_key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["milestones.id"], name=op.f("fk_payment_parts_milestone_id")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_payment_parts_payment_id")
        ),
        sa.PrimaryKeyConstraint("payment_id", "milestone_id", name=op.f("pk_payment_parts")),
        sa.UniqueConstraint("open_key", name=op.f("uq_payment_parts_open_key")),
    )
    op.create_index(
        op.f("ix_payment_parts_milestone_id"), "payment_parts", ["milestone_id"], unique=False
    )
    op.create_table(
        "refunds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("engagement_id", sa.Text(), nullable=False),
        sa.Column("milestone_id", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", UTCTime(), nullable=False),
        sa.Column("settled_at", UTCTime(), nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("export_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["people.id"], name=op.f("fk_refunds_confirmed_by")
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("fk_refunds_engagement_id")
        ),
        sa.ForeignKeyConstraint(
            ["export_id"], ["bank_exports.id"], name=op.f("fk_refunds_export_id")
        ),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["milestones.id"], name=op.f("fk_refunds_milestone_id")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_refunds_payment_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_refunds_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("code", name=op.f("uq_refunds_code")),
    )
    op.create_index(op.f("ix_refunds_engagement_id"), "refunds", ["engagement_id"], unique=False)
    op.create_index(op.f("ix_refunds_export_id"), "refunds", ["export_id"], unique=False)
    op.create_index(op.f("ix_refunds_payment_id"), "refunds", ["payment_id"], unique=False)
    op.create_index(op.f("ix_refunds_person_id"), "refunds", ["person_id"], unique=False)
    op.create_index(op.f("ix_refunds_state"), "refunds", ["state"], unique=False)
    op.execute("INSERT INTO ledger_head (id, seq, hash) VALUES (1, 0, '" + "0" * 64 + "')")
    triggers.install(op.get_bind())
