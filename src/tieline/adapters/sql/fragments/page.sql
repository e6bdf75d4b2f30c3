-- How a page ends, newest first: the count of the rows looked at, the last of them, and the found.
SELECT seen.count, seen.last, found.*
FROM (SELECT count(*) AS count, min(id) AS last FROM looked) AS seen LEFT JOIN found ON true
ORDER BY found.id DESC
