"""Reading: bounded pages of rows, and one thing with everything about it."""
