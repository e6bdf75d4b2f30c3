"""Simulated payments, Stripe-like: signed events with retries, refunds with idempotency keys."""
