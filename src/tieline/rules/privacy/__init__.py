"""Privacy: what may be shown or kept of secrets and sensitive values."""
