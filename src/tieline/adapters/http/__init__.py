"""Outbound HTTP/1.1: a small strict client, its egress guard, and a full library behind the same port."""
