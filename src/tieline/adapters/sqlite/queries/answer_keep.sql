-- Keep what was answered.
UPDATE kept_answer SET status = :status, body = :body WHERE actor = :actor AND key = :key
