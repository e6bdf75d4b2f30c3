-- For how long a snapshot is kept; this store has none that outlives a read.
SELECT NULL
