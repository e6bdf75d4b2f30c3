-- The rhythm of these sources, before it is learned further.
SELECT source, last_us, gap_us, longest_us, heard FROM rhythm WHERE source IN (VALUES {rows})
