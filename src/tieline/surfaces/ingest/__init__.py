"""The webhook door: HTTP/1.1 on a socket, limits that hold while bytes arrive, one way in."""
