-- A person, or the passing of time, changes the state of an issue.
-- takes: state text, until_us bigint, actor text, reason text, at_us bigint, id text
UPDATE issue SET state = :state, until_us = :until_us, actor = :actor, reason = :reason,
                 changed_us = :at_us
WHERE id = :id
