"""Replays: recorded events run again."""
