-- What was sent and answered is forgotten as payloads are; the oldest rows are looked at.
-- takes: limit bigint, before_us bigint
WITH oldest AS MATERIALIZED (
  SELECT ctid, at_us FROM exchange ORDER BY seq LIMIT :limit FOR UPDATE SKIP LOCKED)
DELETE FROM exchange USING oldest
WHERE exchange.ctid = oldest.ctid AND oldest.at_us < :before_us
