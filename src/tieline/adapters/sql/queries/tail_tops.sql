-- How far the numbers of deliveries and tries go.
SELECT (SELECT max(seq) FROM receipt), (SELECT max(seq) FROM attempt)
