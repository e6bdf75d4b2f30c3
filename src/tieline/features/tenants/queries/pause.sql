-- Let the runs of a tenant wait; the first reason stands.
-- takes: name text, at_us bigint, actor text, reason text, until_us bigint
INSERT INTO tenant (name, paused_us, paused_by, paused_reason, paused_until_us)
VALUES (:name, :at_us, :actor, :reason, :until_us)
ON CONFLICT (name) DO UPDATE SET paused_us = excluded.paused_us, paused_by = excluded.paused_by,
                                 paused_reason = excluded.paused_reason,
                                 paused_until_us = excluded.paused_until_us
WHERE tenant.paused_us IS NULL
