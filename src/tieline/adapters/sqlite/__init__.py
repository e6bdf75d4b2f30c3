"""SQLite: one writing connection in one process, read-only readers beside it."""
