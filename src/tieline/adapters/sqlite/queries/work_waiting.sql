-- How many live runs wait on each of these, counted up to 1,000.
WITH given (on_what) AS (VALUES {rows})
SELECT on_what, (SELECT count(*) FROM (SELECT 1 FROM work
                                       WHERE waits_on = given.on_what LIMIT 1000))
FROM given
