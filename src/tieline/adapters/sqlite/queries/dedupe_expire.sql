-- Identities past their window are forgotten, oldest first.
DELETE FROM dedupe
WHERE seq IN (SELECT seq FROM dedupe WHERE expires_us < :now_us ORDER BY seq LIMIT :limit)
