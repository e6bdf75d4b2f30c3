"""Inbox: everything that waits for a person, in one list."""
