-- Keep what was answered.
-- takes: status bigint, body bytea, actor text, key text
UPDATE kept_answer SET status = :status, body = :body WHERE actor = :actor AND key = :key
