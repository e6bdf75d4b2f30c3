-- The latest subjects of an issue, of one kind.
-- takes: issue text, first text, before text, limit bigint
SELECT subject FROM issue_link
WHERE issue = :issue AND subject >= :first AND subject < :before
ORDER BY subject DESC LIMIT :limit
