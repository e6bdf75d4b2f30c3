-- Every session of a user ends, but for one.
-- takes: account text, keep text
DELETE FROM session WHERE account = :account AND hash <> :keep
