"""Schedules: flows that are due by the clock."""
