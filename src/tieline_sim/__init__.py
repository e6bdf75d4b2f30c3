"""Simulated vendors: real HTTP servers with scripted faults. Never imports ``tieline``."""
