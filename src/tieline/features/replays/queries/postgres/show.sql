-- One replay.
-- takes: id text
SELECT {replay_columns}
FROM replay AS p WHERE id = :id
