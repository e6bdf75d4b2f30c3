-- Hold a flow or a connection; the first reason stands.
-- takes: kind text, name text, actor text, reason text, since_us bigint
INSERT INTO pause (kind, name, actor, reason, since_us)
VALUES (:kind, :name, :actor, :reason, :since_us)
ON CONFLICT (kind, name) DO NOTHING
