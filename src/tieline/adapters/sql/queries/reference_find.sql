-- Who carries a business name, the latest first: event ids grow with time.
-- takes: kind text, key text, tenant text, limit bigint
SELECT DISTINCT event_id FROM reference WHERE kind = :kind AND key = :key
  AND (:tenant IS NULL OR tenant = :tenant)
ORDER BY event_id DESC LIMIT :limit
