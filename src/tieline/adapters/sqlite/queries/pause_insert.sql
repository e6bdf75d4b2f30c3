-- Hold a flow or a connection; the first reason stands.
INSERT INTO pause (kind, name, actor, reason, since_us, until_us)
VALUES (:kind, :name, :actor, :reason, :since_us, :until_us)
ON CONFLICT (kind, name) DO NOTHING
