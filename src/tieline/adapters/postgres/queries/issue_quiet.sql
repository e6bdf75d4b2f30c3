-- Issues that have not failed for long, and have no dead run and no delivery in quarantine (looked
-- for as in issue_standing) that waits for a decision.
-- takes: before_us bigint, look bigint
SELECT i.id FROM (SELECT id, kind FROM issue WHERE state IN ('open', 'acknowledged')
                    AND last_us < :before_us ORDER BY last_us LIMIT :look) AS i
WHERE NOT EXISTS (SELECT 1 FROM dead AS d WHERE d.issue = i.id AND d.issue IS NOT NULL
                  AND d.resolution IS NULL)
  AND NOT (i.kind = 'quarantined'
           AND EXISTS (SELECT 1 FROM (SELECT subject FROM issue_link WHERE issue = i.id
                                      ORDER BY subject DESC LIMIT 1000) AS l
                       WHERE NOT EXISTS (SELECT 1 FROM receipt_decision AS k
                                         WHERE k.receipt_id = l.subject)))
