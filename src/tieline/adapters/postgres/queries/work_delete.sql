-- Nothing is left to do for these runs. They are locked, so their places cannot change.
-- rows: tenant text, id text
DELETE FROM work USING {rows}
CROSS JOIN LATERAL (
  SELECT w.ctid FROM work AS w
  WHERE w.tenant = given.tenant AND w.run_id = given.id OFFSET 0) AS place
WHERE work.ctid = place.ctid
