"""Calls: outbound requests, how they end, and what bounds them."""
