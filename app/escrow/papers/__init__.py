"""What stands on paper: statements, receipts, invoices, the books as beancount."""
