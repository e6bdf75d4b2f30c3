"""The machine: its clock, and its source of ids and chance."""
