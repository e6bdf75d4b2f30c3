"""The pages of decisions: each file has ``routes(desk)``, and every route says who may use it."""
