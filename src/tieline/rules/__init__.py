"""Decisions: pure functions of values and ``now``. Imports the model only."""
