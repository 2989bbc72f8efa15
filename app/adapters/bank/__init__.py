"""What banks read and write: account numbers, QR codes, statements, and files of transfers."""

from __future__ import annotations

from app.adapters.bank.accounts import iban_in, transfer_code, wrong_iban

__all__ = ["iban_in", "transfer_code", "wrong_iban"]
