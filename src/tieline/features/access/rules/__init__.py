"""Decisions about access: what a name, a password or a key must be, and how often one may try."""
