"""Inbound: deliveries, their signatures, and the events in them."""
