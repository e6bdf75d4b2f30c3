-- Who may do what: users, invitations, sessions and tokens; and answers that may be asked for again.
-- What lets somebody in is stored as a hash.

CREATE TABLE account (
  name        TEXT PRIMARY KEY,
  role        TEXT NOT NULL CHECK (role IN ('viewer', 'support', 'operator', 'admin')),
  password    TEXT,
  created_us  INTEGER NOT NULL,
  login_us    INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE invite (
  hash        TEXT PRIMARY KEY,
  account     TEXT,
  role        TEXT NOT NULL,
  is_first    INTEGER NOT NULL,
  expires_us  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  hash        TEXT PRIMARY KEY,
  account     TEXT NOT NULL,
  opened_us   INTEGER NOT NULL,
  seen_us     INTEGER NOT NULL,
  expires_us  INTEGER NOT NULL,
  address     TEXT NOT NULL,
  agent       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_account ON session (account);
CREATE INDEX session_end ON session (expires_us);

CREATE TABLE token (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE,
  hash        TEXT NOT NULL UNIQUE,
  owner       TEXT,
  scopes      TEXT NOT NULL,
  created_us  INTEGER NOT NULL,
  expires_us  INTEGER,
  used_us     INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE kept_answer (
  actor       TEXT NOT NULL,
  key         TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  at_us       INTEGER NOT NULL,
  status      INTEGER,
  body        BLOB,
  PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_answer_age ON kept_answer (at_us);

-- One decision about many runs, made bite by bite; people start them, so they are few.
CREATE TABLE operation (
  id          TEXT PRIMARY KEY,
  action      TEXT NOT NULL,
  filter      TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('running', 'done', 'cancelled')),
  total       INTEGER NOT NULL,
  done        INTEGER NOT NULL,
  refused     INTEGER NOT NULL,
  cursor      TEXT NOT NULL,
  actor       TEXT NOT NULL,
  reason      TEXT NOT NULL,
  started_us  INTEGER NOT NULL,
  moved_us    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
