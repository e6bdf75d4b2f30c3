"""Upkeep: leases, schedules and whatever else keeps the path healthy."""
