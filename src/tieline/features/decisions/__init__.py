"""Decisions: what people do to runs and flows."""
