-- What processes declared, the newest first.
SELECT digest, hub, code, parts, first_us, latest_us
FROM declaration ORDER BY first_us DESC, digest LIMIT 200
