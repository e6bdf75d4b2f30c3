"""Probes: a person has a connection asked at once, instead of when its breaker would."""
