-- Every key of a hot table begins with the tenant: rows can be placed by it (a distributed PostgreSQL
-- wants its column in every unique key), and those of one tenant lie together. Releases that name no
-- tenant (from before 0013) cannot work on this.
--
-- People, links and pages know an id without its tenant, and pages are in the order of ids over all
-- tenants: for them there is an index on the id alone, which is not unique and so may lie wherever its
-- rows do. Ready work keeps its index by flow, priority and tenant, for the same reason: it is no key,
-- and a claim asks first which flows have room.

DROP TRIGGER tenant_of_run ON step;
DROP TRIGGER tenant_of_run ON attempt;
DROP TRIGGER tenant_of_run ON exchange;
DROP TRIGGER tenant_of_run ON dead;
DROP TRIGGER tenant_of_event ON reference;
DROP FUNCTION tenant_of_run();
DROP FUNCTION tenant_of_event();

ALTER TABLE receipt DROP CONSTRAINT receipt_pkey;
ALTER TABLE receipt ADD CONSTRAINT receipt_pkey PRIMARY KEY (tenant, id);
CREATE INDEX receipt_by_id ON receipt (id);

ALTER TABLE event DROP CONSTRAINT event_pkey;
ALTER TABLE event ADD CONSTRAINT event_pkey PRIMARY KEY (tenant, id);
CREATE INDEX event_by_id ON event (id);

ALTER TABLE run DROP CONSTRAINT run_pkey;
ALTER TABLE run ADD CONSTRAINT run_pkey PRIMARY KEY (tenant, id);
CREATE INDEX run_by_id ON run (id);

ALTER TABLE work DROP CONSTRAINT work_pkey;
ALTER TABLE work ADD CONSTRAINT work_pkey PRIMARY KEY (tenant, run_id);
CREATE INDEX work_by_run ON work (run_id);

ALTER TABLE step DROP CONSTRAINT step_pkey;
ALTER TABLE step ADD CONSTRAINT step_pkey PRIMARY KEY USING INDEX step_tenant;

ALTER TABLE dead DROP CONSTRAINT dead_pkey;
ALTER TABLE dead ADD CONSTRAINT dead_pkey PRIMARY KEY USING INDEX dead_tenant;
CREATE INDEX dead_by_run ON dead (run_id);

-- The run stands in front: its tries are asked for together, so the key serves for that too.
ALTER TABLE attempt DROP CONSTRAINT attempt_pkey;
DROP INDEX attempt_run;
ALTER TABLE attempt ADD CONSTRAINT attempt_pkey PRIMARY KEY (tenant, run_id, seq, at_us);
CREATE INDEX attempt_by_seq ON attempt (seq);

ALTER TABLE exchange DROP CONSTRAINT exchange_pkey;
DROP INDEX exchange_run;
ALTER TABLE exchange ADD CONSTRAINT exchange_pkey PRIMARY KEY (tenant, run_id, seq);
CREATE INDEX exchange_by_seq ON exchange (seq);

-- The names of an event are asked for by the event, and events by a name over all tenants.
ALTER TABLE reference DROP CONSTRAINT reference_pkey;
DROP INDEX reference_event;
ALTER TABLE reference ADD CONSTRAINT reference_pkey
PRIMARY KEY (tenant, event_id, kind, key, run_id);
CREATE INDEX reference_name ON reference (kind, key, event_id);
