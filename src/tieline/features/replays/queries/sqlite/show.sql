-- One replay.
SELECT {replay_columns}
FROM replay AS p WHERE id = :id
