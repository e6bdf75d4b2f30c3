"""People: users, sessions and tokens are stored and read."""
