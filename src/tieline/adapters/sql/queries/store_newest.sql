-- The latest time that is stored, by the last rows of the tables that grow.
SELECT max(at_us) FROM (
  SELECT (SELECT received_us FROM receipt ORDER BY seq DESC LIMIT 1) AS at_us
  UNION ALL SELECT (SELECT recorded_us FROM event ORDER BY seq DESC LIMIT 1)
  UNION ALL SELECT (SELECT at_us FROM attempt ORDER BY seq DESC LIMIT 1)
  UNION ALL SELECT (SELECT max(beat_us) FROM worker)) AS last
