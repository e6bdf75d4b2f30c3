"""Roles: one Protocol a file, its promises in the docstring."""
