"""The ``tieline`` command: one file a noun; parses, calls one operation, presents."""
