-- Issues that have not failed for long, and of which nothing waits for a person.
-- takes: before_us bigint, look bigint
SELECT id
FROM (SELECT id, needs FROM issue_judged
      WHERE state IN ('open', 'acknowledged') AND last_us < :before_us
      ORDER BY last_us LIMIT :look) AS quiet
WHERE NOT needs
