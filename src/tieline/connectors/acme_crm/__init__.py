"""Acme CRM: a made-up system for customer relations, played by ``tieline_sim``."""
