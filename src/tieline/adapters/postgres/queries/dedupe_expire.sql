-- Identities past their window are forgotten; only the oldest rows are looked at, which expire
-- first.
-- takes: limit bigint, now_us bigint
WITH oldest AS MATERIALIZED (
  SELECT ctid, expires_us FROM dedupe ORDER BY seq LIMIT :limit FOR UPDATE SKIP LOCKED)
DELETE FROM dedupe USING oldest
WHERE dedupe.ctid = oldest.ctid AND oldest.expires_us < :now_us
