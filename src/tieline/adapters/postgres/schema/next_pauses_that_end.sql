-- A pause may have an end: whoever executes work lifts it then, with a line in the audit log. An older
-- release knows no end, and holds until somebody resumes.

ALTER TABLE pause ADD COLUMN until_us BIGINT;
ALTER TABLE tenant ADD COLUMN paused_until_us BIGINT;
