-- Issues, and of each whether something waits for a person: a dead letter, a held run (of the first
-- thousand), or (of its latest thousand) a delivery in quarantine or of an unknown tenant that nobody
-- has decided about. Beside judged_issue, which the release before reads. A migration that adds a
-- column to the table makes the view anew.

CREATE VIEW issue_judged AS
SELECT i.*,
       (EXISTS (SELECT 1 FROM dead AS d
                WHERE d.issue = i.id AND d.issue IS NOT NULL AND d.resolution IS NULL OFFSET 0)
        OR i.id IN (SELECT l.issue
                    FROM (SELECT id FROM run
                          WHERE odd = 'held'
                          ORDER BY id LIMIT 1000) AS r
                    JOIN issue_link AS l ON l.subject = r.id)
        OR (i.kind IN ('quarantined', 'unknown-tenant')
            AND EXISTS (SELECT 1 FROM (SELECT subject FROM issue_link WHERE issue = i.id
                                       ORDER BY subject DESC LIMIT 1000) AS l
                        WHERE NOT EXISTS (SELECT 1 FROM receipt_decision AS k
                                          WHERE k.receipt_id = l.subject)))) AS needs
FROM issue AS i;
