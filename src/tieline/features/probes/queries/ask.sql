-- Have a connection asked; a later wish takes the place of an earlier one.
-- takes: connection text, path text, actor text, reason text, asked_us bigint
INSERT INTO probe (connection, path, actor, reason, asked_us)
VALUES (:connection, :path, :actor, :reason, :asked_us)
ON CONFLICT (connection) DO UPDATE
SET path = excluded.path, actor = excluded.actor, reason = excluded.reason,
    asked_us = excluded.asked_us, begun_us = NULL, ended_us = NULL, outcome = NULL, status = NULL,
    took_us = NULL, detail = NULL
