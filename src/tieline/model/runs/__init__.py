"""Runs: states, steps, attempts, and the facts that observers are told."""
