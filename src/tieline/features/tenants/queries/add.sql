-- Make a tenant known, unless somebody has done so before.
-- takes: name text, at_us bigint, actor text, note text
INSERT INTO tenant (name, added_us, added_by, note) VALUES (:name, :at_us, :actor, :note)
ON CONFLICT (name) DO UPDATE SET added_us = excluded.added_us, added_by = excluded.added_by,
                                 note = excluded.note
WHERE tenant.added_us IS NULL
