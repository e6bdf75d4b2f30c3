-- Remember steps; a step that is done is never overwritten, unless it only read and is to read again.
-- rows: tenant text, run_id text, name text, key text, state text, effect text, fingerprint text
-- rows: effect_key text, tries bigint, result bytea, started_us bigint, finished_us bigint
INSERT INTO step (tenant, run_id, name, key, state, effect, fingerprint, effect_key, tries,
                  result, started_us, finished_us)
SELECT given.* FROM {rows}
ON CONFLICT (tenant, run_id, name, key) DO UPDATE
SET state = excluded.state, effect = excluded.effect, fingerprint = excluded.fingerprint,
    effect_key = excluded.effect_key, tries = excluded.tries, result = excluded.result,
    finished_us = excluded.finished_us
WHERE step.state <> 'done' OR (step.effect = 'read' AND excluded.state = 'failed')
