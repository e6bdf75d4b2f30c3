-- Old deliveries belong to no issue any more; their ids say how old they are.
DELETE FROM issue_link
WHERE (issue, subject) IN (SELECT issue, subject FROM issue_link
                           WHERE subject >= :first AND subject < :before
                           ORDER BY subject LIMIT :limit)
