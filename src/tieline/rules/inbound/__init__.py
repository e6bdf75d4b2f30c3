"""Inbound: signatures, bodies, handshakes and routing of deliveries."""
