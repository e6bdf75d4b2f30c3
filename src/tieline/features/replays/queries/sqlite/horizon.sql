-- One connection writes: no transaction is under way beside another that a reader has seen.
SELECT NULL
