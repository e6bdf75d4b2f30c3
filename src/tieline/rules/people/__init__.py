"""People: what each may do, and the chain of the audit log."""
