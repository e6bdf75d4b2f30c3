-- Identities past their window are forgotten; only the oldest rows are looked at, which expire first.
-- takes: limit bigint, now_us bigint
WITH oldest AS MATERIALIZED (
  SELECT tenant, source, identity, expires_us FROM dedupe
  ORDER BY seq LIMIT :limit FOR UPDATE SKIP LOCKED)
DELETE FROM dedupe USING oldest
WHERE oldest.expires_us < :now_us AND dedupe.tenant = oldest.tenant
  AND dedupe.source = oldest.source AND dedupe.identity = oldest.identity
