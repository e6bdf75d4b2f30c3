"""Acme Leads: a made-up system for web forms, played by ``tieline_sim``."""
