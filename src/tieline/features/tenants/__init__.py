"""Tenants: on whose behalf a hub works; their rows, budgets and pauses."""
