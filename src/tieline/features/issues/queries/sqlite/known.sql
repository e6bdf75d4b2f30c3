-- Which of these issues there are.
SELECT id FROM issue WHERE id IN (VALUES {rows})
