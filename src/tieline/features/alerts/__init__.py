"""Alerts: what is wrong now, and who is told."""
