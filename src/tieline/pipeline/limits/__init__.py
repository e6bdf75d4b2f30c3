"""Limits: what one connection's calls may use, in this process and over all workers."""
