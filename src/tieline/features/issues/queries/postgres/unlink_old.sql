-- Old deliveries belong to no issue any more; their ids say how old they are.
-- takes: first text, before text, limit bigint
WITH old AS MATERIALIZED (
  SELECT ctid FROM issue_link WHERE subject >= :first AND subject < :before
  ORDER BY subject LIMIT :limit FOR UPDATE SKIP LOCKED)
DELETE FROM issue_link USING old WHERE issue_link.ctid = old.ctid
