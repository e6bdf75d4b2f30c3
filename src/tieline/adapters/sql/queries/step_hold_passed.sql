-- A person lets the hold through that they are asked about.
-- takes: result bytea, tenant text, run_id text, name text
UPDATE step SET state = 'done', result = :result
WHERE tenant = :tenant AND run_id = :run_id AND name = :name
  AND state = 'failed' AND effect = 'read' AND tries > 0
