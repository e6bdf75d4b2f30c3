"""Acme Books: a made-up system for bookkeeping, played by ``tieline_sim``."""
