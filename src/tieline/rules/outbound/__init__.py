"""Outbound: limits, breakers, retries and the meaning of a call's end."""
