-- Who may do what: users, invitations, sessions and tokens; and answers that may be asked for again.
-- What lets somebody in is stored as a hash.

CREATE TABLE account (
  name        text COLLATE "C" PRIMARY KEY,
  role        text NOT NULL CHECK (role IN ('viewer', 'support', 'operator', 'admin')),
  password    text,
  created_us  bigint NOT NULL,
  login_us    bigint
);

CREATE TABLE invite (
  hash        text COLLATE "C" PRIMARY KEY,
  account     text,
  role        text NOT NULL,
  is_first    bigint NOT NULL,
  expires_us  bigint NOT NULL
);

CREATE TABLE session (
  hash        text COLLATE "C" PRIMARY KEY,
  account     text NOT NULL,
  opened_us   bigint NOT NULL,
  seen_us     bigint NOT NULL,
  expires_us  bigint NOT NULL,
  address     text NOT NULL,
  agent       text NOT NULL
);
CREATE INDEX session_account ON session (account);
CREATE INDEX session_end ON session (expires_us);

CREATE TABLE token (
  id          text COLLATE "C" PRIMARY KEY,
  name        text NOT NULL UNIQUE,
  hash        text NOT NULL UNIQUE,
  owner       text,
  scopes      text NOT NULL,
  created_us  bigint NOT NULL,
  expires_us  bigint,
  used_us     bigint
);

CREATE TABLE kept_answer (
  actor       text NOT NULL,
  key         text NOT NULL,
  fingerprint text NOT NULL,
  at_us       bigint NOT NULL,
  status      bigint,
  body        bytea,
  PRIMARY KEY (actor, key)
);
CREATE INDEX kept_answer_age ON kept_answer (at_us);

-- One decision about many runs, made bite by bite; people start them, so they are few.
CREATE TABLE operation (
  id          text COLLATE "C" PRIMARY KEY,
  action      text NOT NULL,
  filter      text NOT NULL,
  state       text NOT NULL CHECK (state IN ('running', 'done', 'cancelled')),
  total       bigint NOT NULL,
  done        bigint NOT NULL,
  refused     bigint NOT NULL,
  cursor      text NOT NULL,
  actor       text NOT NULL,
  reason      text NOT NULL,
  started_us  bigint NOT NULL,
  moved_us    bigint NOT NULL
);
