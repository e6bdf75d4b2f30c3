"""Acme Helpdesk: a made-up system for support tickets, played by ``tieline_sim``."""
