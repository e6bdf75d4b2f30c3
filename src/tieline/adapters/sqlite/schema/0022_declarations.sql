-- What each process of a store declares, so that those that do not say the same are found; and what
-- is wrong with one process alone. A process of an older release says nothing of either.
-- A declaration stands once, with the moment at which it was first at work: that is when it changed.

ALTER TABLE worker ADD COLUMN hub TEXT NOT NULL DEFAULT '';
ALTER TABLE worker ADD COLUMN declares TEXT NOT NULL DEFAULT '';
ALTER TABLE worker ADD COLUMN troubles TEXT NOT NULL DEFAULT '';

-- Whose credential a connection refused, so that another worker finds out whether it is theirs alone.
ALTER TABLE standing ADD COLUMN refused_to TEXT NOT NULL DEFAULT '';

CREATE TABLE declaration (
  digest      TEXT PRIMARY KEY,
  hub         TEXT NOT NULL,
  code        TEXT NOT NULL,
  parts       TEXT NOT NULL,
  first_us    INTEGER NOT NULL,
  latest_us   INTEGER NOT NULL
) WITHOUT ROWID;
