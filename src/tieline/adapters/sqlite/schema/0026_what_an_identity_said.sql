-- What the event said that a name stands for: another one under the same name is no repeat of it.
-- NULL: nobody knows, as with all that an earlier release stored.
ALTER TABLE dedupe ADD COLUMN digest BLOB;
