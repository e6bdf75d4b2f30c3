-- Forget some of the business names of events in a range of ids.
-- takes: first text, end text, limit bigint
WITH bite AS MATERIALIZED (
  SELECT ctid FROM reference WHERE event_id >= :first AND event_id < :end
  ORDER BY event_id LIMIT :limit)
DELETE FROM reference USING bite WHERE reference.ctid = bite.ctid
