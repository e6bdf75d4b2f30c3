-- Old raw requests lose headers and body; the row stays as history.
UPDATE receipt SET headers = NULL, body = NULL
WHERE seq IN (SELECT seq FROM receipt
              WHERE received_us < :before_us AND (body IS NOT NULL OR headers IS NOT NULL)
              ORDER BY seq LIMIT :limit)
