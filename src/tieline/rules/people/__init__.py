"""People: roles, credentials and the audit log."""
