-- One issue.
-- takes: id text
SELECT {issue_columns}, judged.needs AS needs_person
FROM issue_judged AS judged JOIN issue AS i ON i.id = judged.id WHERE judged.id = :id
