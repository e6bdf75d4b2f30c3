-- The least id of an event that may still be on its way into the log, or null: event_insert notes
-- it as a lock before it commits. Ask first, then read: what is not noted now is committed then.
SELECT 'evt_' || lpad(to_hex(min((classid::bigint & 65535) << 32 | objid::bigint)), 12, '0')
FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 16 = 23721
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
