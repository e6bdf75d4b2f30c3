-- Identities past their window are forgotten; only the oldest rows are looked at, which expire first.
DELETE FROM dedupe
WHERE seq IN (SELECT seq FROM dedupe ORDER BY seq LIMIT :limit) AND expires_us < :now_us
