"""Outbound HTTP/1.1: a small strict client, its egress guard, and aiohttp behind the same port."""
