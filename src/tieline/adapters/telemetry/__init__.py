"""Observers of the same facts: counters, log lines."""
