-- A person, or the passing of time, changes the state of an issue.
UPDATE issue SET state = :state, until_us = :until_us, actor = :actor, reason = :reason,
                 changed_us = :at_us
WHERE id = :id
