-- The rhythm of every source.
SELECT source, last_us, gap_us, longest_us FROM rhythm ORDER BY source
