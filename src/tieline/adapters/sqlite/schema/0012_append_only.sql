-- The audit log only grows: a line that is there is neither changed nor removed, by a slip of ours or of
-- somebody's SQL. Whoever means to do it can take the triggers away; the chain of hashes tells of that.

CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only: a line of it cannot be changed');
END;

CREATE TRIGGER audit_remains BEFORE DELETE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only: a line of it cannot be removed');
END;
