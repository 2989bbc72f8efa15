"""Pages of the word “escrow”: funding, submissions, reviews, money, payments, payouts."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("escrow", __name__)

from app.blueprints.escrow import (  # noqa: E402, F401  (they hang up routes)
    asks,
    bank_columns,
    board_disputes,
    board_money,
    bonuses,
    card_back,
    cards,
    checks,
    dispute_talks,
    disputes,
    entries,
    exports,
    fee_invoices,
    fees,
    funding,
    invoices,
    milestones,
    money,
    payments,
    payouts,
    preparations,
    receipts,
    returns,
    reviews,
    statement_pages,
    statements,
    submissions,
    tasks,
    webhook,
)
