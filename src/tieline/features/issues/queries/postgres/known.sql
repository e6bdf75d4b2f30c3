-- Which of these issues there are.
-- rows: id text
SELECT issue.id FROM {rows} JOIN issue ON issue.id = given.id
