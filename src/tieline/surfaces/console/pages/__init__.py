"""Pages: one file a noun; each has ``routes(desk)``, and every route says who may use it."""
