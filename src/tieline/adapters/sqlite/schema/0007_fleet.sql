-- Who works on the store, for people; and who does what only one process at a time has to do.

ALTER TABLE worker ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE worker ADD COLUMN roles TEXT NOT NULL DEFAULT '';
ALTER TABLE worker ADD COLUMN host TEXT NOT NULL DEFAULT '';
ALTER TABLE worker ADD COLUMN pid INTEGER NOT NULL DEFAULT 0;

CREATE TABLE duty (
  name        TEXT PRIMARY KEY,
  worker      TEXT NOT NULL,
  until_us    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
