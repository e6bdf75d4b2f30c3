-- What the workers share of a connection: how it stands, and who holds which part of its limits.

CREATE TABLE standing (
  tenant      text COLLATE "C" NOT NULL,
  connection  text COLLATE "C" NOT NULL,
  breaker     text COLLATE "C" NOT NULL CHECK (breaker IN ('closed', 'open', 'probing')),
  until_us    bigint NOT NULL,
  streak      integer NOT NULL,
  successes   integer NOT NULL,
  prober      text COLLATE "C" NOT NULL,
  refusals    integer NOT NULL,
  refused_us  bigint NOT NULL,
  quiet_us    bigint NOT NULL,
  allowance   integer NOT NULL,
  grown       integer NOT NULL,
  sent        text NOT NULL,
  credit_us   bigint,
  credited_us bigint NOT NULL,
  PRIMARY KEY (tenant, connection)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);

CREATE TABLE share (
  tenant      text COLLATE "C" NOT NULL,
  connection  text COLLATE "C" NOT NULL,
  worker      text COLLATE "C" NOT NULL,
  rate        integer NOT NULL,
  slots       integer NOT NULL,
  retries     integer NOT NULL,
  wants_rate  integer NOT NULL,
  wants_slots integer NOT NULL,
  wants_retries integer NOT NULL,
  asked_us    bigint NOT NULL,
  PRIMARY KEY (tenant, connection, worker)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);
