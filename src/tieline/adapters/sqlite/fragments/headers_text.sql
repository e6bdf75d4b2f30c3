-- The headers of a delivery (h) as text.
CAST(h.headers AS TEXT)
