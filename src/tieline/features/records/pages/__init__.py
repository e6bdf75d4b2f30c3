"""The pages of records: each file has ``routes(desk)``, and every route says who may use it."""
