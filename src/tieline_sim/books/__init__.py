"""Simulated bookkeeping: entries and invoices, each made once per idempotency key."""
