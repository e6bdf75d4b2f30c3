-- How many issues are alive, and of how many something waits for a person; the latest :look count.
-- takes: look bigint
SELECT state, CASE WHEN needs THEN 1 ELSE 0 END, count(*)
FROM (SELECT i.state, (EXISTS (SELECT 1 FROM dead AS d
                  WHERE d.issue = i.id AND d.issue IS NOT NULL AND d.resolution IS NULL OFFSET 0)
          OR i.id IN (SELECT l.issue
                      FROM (SELECT id FROM run
                            WHERE odd = 'held'
                            ORDER BY id LIMIT 1000) AS r
                      JOIN issue_link AS l ON l.subject = r.id)
          OR (i.kind = 'quarantined'
              AND EXISTS (SELECT 1 FROM (SELECT subject FROM issue_link WHERE issue = i.id
                                         ORDER BY subject DESC LIMIT 1000) AS l
                          WHERE NOT EXISTS (SELECT 1 FROM receipt_decision AS k
                                            WHERE k.receipt_id = l.subject)))) AS needs
      FROM (SELECT * FROM issue WHERE state IN ('open', 'acknowledged')
            ORDER BY last_us DESC LIMIT :look) AS i) AS judged
GROUP BY 1, 2
