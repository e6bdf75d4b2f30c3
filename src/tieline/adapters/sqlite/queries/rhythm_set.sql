-- Keep what was learned of the rhythm of sources.
INSERT INTO rhythm (source, last_us, gap_us, longest_us, heard)
VALUES {rows}
ON CONFLICT (source) DO UPDATE
SET last_us = excluded.last_us, gap_us = excluded.gap_us, longest_us = excluded.longest_us,
    heard = excluded.heard
