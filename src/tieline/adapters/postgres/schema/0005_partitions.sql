-- Receipts, events and attempts in parts, one for each day, so that a day which nobody needs any more
-- is dropped as a whole, and vacuum looks only at days that change. Which parts there are is the
-- business of partitions.py; this brings the tables into a shape that can have parts.
--
-- Ids begin with their time, so a day is a range of ids: the key stays the id alone, and a look-up by
-- id goes to one part. Attempts have their time for it. Rows that no day takes (a clock that is wrong)
-- go to the part ``…_default``. What was there before becomes one part, ``…_before``.
--
-- On keys and tenants. A tenant leads every key that is asked for with a tenant at hand: identities
-- (dedupe), lanes, a lane's work (work_lane), and inside its flow the ready work (work_ready: the claim
-- walks flows first, since those say how much room there is, then tenants). It does not lead
-- receipt, event, run, work, step, attempt and dead: these are found by ids, which people, links and
-- other processes know without a tenant, and which are unique over all of them. A second index on each
-- for that would cost every run about a tenth of its writes. Nor do releases that run beside this one
-- name a tenant in ON CONFLICT. So tenants are spread over several databases (docs/postgres.md), not
-- by rows within one.

DO $$
DECLARE
  part     record;
  found    record;
  indexes  text[];
  command  text;
  last     bigint;
  bound    text;
  has_rows boolean;
BEGIN
  FOR part IN
    SELECT * FROM (VALUES ('receipt', 'id', 'id', 'rct_'), ('event', 'id', 'id', 'evt_'),
                          ('attempt', 'at_us', 'seq, at_us', '')) AS t (name, col, key, prefix)
  LOOP
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', part.name);
    indexes := ARRAY(
      SELECT pg_get_indexdef(i.indexrelid) FROM pg_index AS i
      WHERE i.indrelid = part.name::regclass AND NOT i.indisprimary ORDER BY i.indexrelid);
    FOR found IN
      SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
      WHERE i.indrelid = part.name::regclass
    LOOP
      EXECUTE format('ALTER INDEX %I RENAME TO %I', found.relname, found.relname || '_before');
    END LOOP;
    EXECUTE format('ALTER TABLE %I RENAME TO %I', part.name, part.name || '_before');
    EXECUTE format('SELECT coalesce(max(seq), 0) FROM %I', part.name || '_before') INTO last;
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', part.name || '_before') INTO has_rows;
    EXECUTE format('ALTER TABLE %I ALTER seq DROP IDENTITY', part.name || '_before');
    IF part.name = 'attempt' THEN
      ALTER TABLE attempt_before DROP CONSTRAINT attempt_pkey_before;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS '
                   'INCLUDING GENERATED) PARTITION BY RANGE (%I)',
                   part.name, part.name || '_before', part.col);
    EXECUTE format('CREATE SEQUENCE %I OWNED BY %I.seq', part.name || '_seq_seq', part.name);
    PERFORM setval(part.name || '_seq_seq', last + 1, false);
    EXECUTE format('ALTER TABLE %I ALTER seq SET DEFAULT nextval(%L)',
                   part.name, part.name || '_seq_seq');
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I PRIMARY KEY (%s)',
                   part.name, part.name || '_pkey', part.key);
    FOREACH command IN ARRAY indexes LOOP
      EXECUTE command;
    END LOOP;
    EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT WITH (toast_tuple_target = 8160, '
                   'autovacuum_vacuum_scale_factor = 0.05)',
                   part.name || '_default', part.name);
    IF has_rows THEN
      -- Until the day after tomorrow, so that days begin with one of which nothing is stored yet.
      bound := (extract(epoch FROM date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
                        + interval '2 days'))::bigint::text;
      IF part.prefix = '' THEN
        bound := bound || '000000';
      ELSE
        bound := part.prefix || lpad(to_hex(bound::bigint * 1000), 12, '0');
      END IF;
      EXECUTE format('WITH odd AS (DELETE FROM %I WHERE %I >= %L RETURNING *) '
                     'INSERT INTO %I SELECT * FROM odd',
                     part.name || '_before', part.col, bound, part.name);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)',
                     part.name, part.name || '_before', bound);
    ELSE
      EXECUTE format('DROP TABLE %I', part.name || '_before');
    END IF;
  END LOOP;
END $$;
