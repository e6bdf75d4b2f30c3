-- How many live runs wait on each of these, counted up to 1,000.
-- rows: on_what text
SELECT on_what, (SELECT count(*) FROM (SELECT 1 FROM work WHERE waits_on = given.on_what
                                       LIMIT 1000) AS counted)
FROM {rows}
