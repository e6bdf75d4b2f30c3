-- The headers of a delivery (h) as text.
convert_from(h.headers, 'UTF8')
