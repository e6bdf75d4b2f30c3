-- The rhythm of these sources, before it is learned further.
-- rows: source text
SELECT r.source, r.last_us, r.gap_us, r.longest_us, r.heard
FROM {rows} CROSS JOIN LATERAL (
  SELECT * FROM rhythm WHERE rhythm.source = given.source FOR UPDATE) AS r
