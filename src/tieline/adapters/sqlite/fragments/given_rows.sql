-- The rows of a set, each as a row to insert.
VALUES {rows}
