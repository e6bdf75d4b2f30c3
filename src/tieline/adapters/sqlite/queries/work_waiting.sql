-- How many live runs wait for each of these, counted up to 1,000.
WITH given (kind, key) AS (VALUES {rows})
SELECT kind, key, (SELECT count(*) FROM (SELECT 1 FROM work
                                         WHERE waits_kind = given.kind AND waits_key = given.key
                                         LIMIT 1000))
FROM given
