"""Settings: what an operator may set, read once."""
