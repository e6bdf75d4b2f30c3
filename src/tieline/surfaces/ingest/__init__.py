"""The webhook door: HTTP/1.1 on a socket, limits held while bytes arrive, one entry to the front half."""
