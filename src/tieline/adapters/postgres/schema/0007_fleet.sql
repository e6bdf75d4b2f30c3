-- Who works on the store, for people; and who does what only one process at a time has to do.

ALTER TABLE worker
  ADD COLUMN version text NOT NULL DEFAULT '',
  ADD COLUMN roles   text NOT NULL DEFAULT '',
  ADD COLUMN host    text NOT NULL DEFAULT '',
  ADD COLUMN pid     bigint NOT NULL DEFAULT 0;

CREATE TABLE duty (
  name        text COLLATE "C" PRIMARY KEY,
  worker      text COLLATE "C" NOT NULL,
  until_us    bigint NOT NULL
) WITH (fillfactor = 50);
