-- The rows of a set, each as a row to insert.
SELECT given.* FROM {rows}
