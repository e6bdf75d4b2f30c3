"""The engine itself: what keeps runs going, and the process that does it."""
