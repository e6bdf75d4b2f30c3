-- What a run has failed of.
-- takes: run_id text
SELECT issue FROM issue_link WHERE subject = :run_id ORDER BY at_us
