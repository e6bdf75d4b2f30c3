-- Issues that have not failed for long, and have no dead run that waits for a decision.
SELECT i.id FROM (SELECT id FROM issue WHERE state IN ('open', 'acknowledged')
                    AND last_us < :before_us ORDER BY last_us LIMIT :look) AS i
WHERE NOT EXISTS (SELECT 1 FROM dead AS d WHERE d.issue = i.id AND d.issue IS NOT NULL
                  AND d.resolution IS NULL)
