-- Append one audit line.
-- takes: at_us bigint, actor text, action text, subject text, reason text, previous text, hash text
INSERT INTO audit (at_us, actor, action, subject, reason, previous, hash)
VALUES (:at_us, :actor, :action, :subject, :reason, :previous, :hash)
