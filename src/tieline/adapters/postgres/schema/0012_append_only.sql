-- The audit log only grows: a line that is there is neither changed nor removed, by a slip of ours or of
-- somebody's SQL. Whoever means to do it can take the trigger away; the chain of hashes tells of that.

CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only: a line of it cannot be changed or removed';
END $$;

CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION audit_stays();
