"""Simulated helpdesk, Zendesk-like: ticket events and ticket updates."""
