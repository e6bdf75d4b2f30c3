-- What a replay or an operation was planned to make, the plan itself, and what it has not made, by
-- reason. Of one that an earlier release began nothing is known; an earlier release that goes on
-- with one of ours notes no reasons, and its end is still told by what was made.
ALTER TABLE replay ADD COLUMN would INTEGER;
ALTER TABLE replay ADD COLUMN plan TEXT;
ALTER TABLE replay ADD COLUMN not_made TEXT;
ALTER TABLE operation ADD COLUMN would INTEGER;
ALTER TABLE operation ADD COLUMN plan TEXT;
ALTER TABLE operation ADD COLUMN not_made TEXT;
