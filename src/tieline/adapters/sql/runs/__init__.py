"""Runs: events, runs and lanes are stored, claimed, settled and decided."""
