"""The calls of the API of decisions."""
