"""People and machines coming in: parse, call front or an operation, present."""
