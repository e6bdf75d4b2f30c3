-- Append one audit line.
INSERT INTO audit (at_us, actor, action, subject, reason, previous, hash)
VALUES (:at_us, :actor, :action, :subject, :reason, :previous, :hash)
