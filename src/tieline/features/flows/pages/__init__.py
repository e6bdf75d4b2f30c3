"""The pages of flows: each file has ``routes(desk)``, and every route says who may use it."""
