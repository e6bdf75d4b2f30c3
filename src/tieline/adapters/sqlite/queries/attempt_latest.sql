-- Tries of late, by connection; the bare columns are those of the row that has the max.
SELECT connection, count(*), sum(outcome <> 'done'), at_us, outcome, status, detail, max(seq)
FROM (SELECT seq, connection, at_us, outcome, status, detail FROM attempt
      ORDER BY seq DESC LIMIT :look)
WHERE connection IS NOT NULL
GROUP BY connection ORDER BY connection
