-- One issue.
-- takes: id text
SELECT {issue_columns}, i.needs
FROM judged_issue AS i WHERE i.id = :id
