-- Every session of a user ends, but for one.
DELETE FROM session WHERE account = :account AND hash <> :keep
