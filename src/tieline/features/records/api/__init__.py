"""The calls of the API of records."""
