"""Audit: what people did, in a chain that shows whether a line was changed."""
