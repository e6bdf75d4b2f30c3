-- Whether a run is left of those that were tried in a time.
-- takes: first bigint, end bigint
SELECT EXISTS (
  SELECT 1 FROM attempt AS a
  WHERE a.at_us >= :first AND a.at_us < :end
    AND EXISTS (SELECT 1 FROM run AS r WHERE r.tenant = a.tenant AND r.id = a.run_id))
