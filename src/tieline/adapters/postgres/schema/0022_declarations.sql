-- What each process of a store declares, so that those that do not say the same are found; and what
-- is wrong with one process alone. A process of an older release says nothing of either.
-- A declaration stands once, with the moment at which it was first at work: that is when it changed.

ALTER TABLE worker ADD COLUMN hub text NOT NULL DEFAULT '';
ALTER TABLE worker ADD COLUMN declares text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE worker ADD COLUMN troubles text NOT NULL DEFAULT '';

-- Whose credential a connection refused, so that another worker finds out whether it is theirs alone.
ALTER TABLE standing ADD COLUMN refused_to text COLLATE "C" NOT NULL DEFAULT '';

CREATE TABLE declaration (
  digest      text COLLATE "C" PRIMARY KEY,
  hub         text NOT NULL,
  code        text NOT NULL,
  parts       text NOT NULL,
  first_us    bigint NOT NULL,
  latest_us   bigint NOT NULL
);
