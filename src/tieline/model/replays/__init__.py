"""Replays: which recorded events run again, and decisions about many runs."""
