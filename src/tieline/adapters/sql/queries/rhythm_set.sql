-- Keep what was learned of the rhythm of sources.
-- rows: source text, last_us bigint, gap_us bigint, longest_us bigint, heard bigint
INSERT INTO rhythm (source, last_us, gap_us, longest_us, heard)
{given_rows}
ON CONFLICT (source) DO UPDATE
SET last_us = excluded.last_us, gap_us = excluded.gap_us, longest_us = excluded.longest_us,
    heard = excluded.heard
