-- A slice of the runs: those that are unfinished without work, or dead without a dead letter.
-- takes: after text, limit bigint
WITH looked AS MATERIALIZED (
  SELECT tenant, id, state FROM run WHERE id > :after ORDER BY id LIMIT :limit
), found AS (
  SELECT id, state FROM looked
  WHERE (state NOT IN ('done', 'dead', 'cancelled')
         AND NOT EXISTS (SELECT 1 FROM work AS w
                         WHERE w.tenant = looked.tenant AND w.run_id = looked.id OFFSET 0))
     OR (state = 'dead'
         AND NOT EXISTS (SELECT 1 FROM dead AS d
                         WHERE d.tenant = looked.tenant AND d.run_id = looked.id OFFSET 0))
)
{slice}
