-- Which request has a key, and what it was answered.
-- takes: actor text, key text
SELECT fingerprint, status, body FROM kept_answer WHERE actor = :actor AND key = :key
