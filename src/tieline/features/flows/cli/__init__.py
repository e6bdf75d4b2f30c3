"""The verbs of the command line of flows."""
