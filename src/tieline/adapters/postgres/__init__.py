"""PostgreSQL: many workers on many machines; the same logic in another dialect."""
