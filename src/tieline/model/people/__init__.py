"""People: users, their decisions, and what they are alerted of."""
