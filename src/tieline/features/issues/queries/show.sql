-- One issue.
-- takes: id text
SELECT {issue_columns}, i.needs AS needs_person
FROM judged_issue AS i WHERE i.id = :id
