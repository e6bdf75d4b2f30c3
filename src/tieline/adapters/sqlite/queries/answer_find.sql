-- Which request has a key, and what it was answered.
SELECT fingerprint, status, body FROM kept_answer WHERE actor = :actor AND key = :key
