"""Runs: states, steps, effects and the end of an execution."""
