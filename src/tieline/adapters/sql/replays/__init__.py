"""Replays and bulk decisions are recorded, moved on and read."""
