"""Simulated team chat: messages without any idempotency, errors inside a 200."""
