"""Flows and connections: what a hub declares, and how it stands."""
