-- Old events lose their payload; the envelope stays as history.
UPDATE event SET data = NULL
WHERE seq IN (SELECT seq FROM event WHERE recorded_us < :before_us AND data IS NOT NULL
              ORDER BY seq LIMIT :limit)
