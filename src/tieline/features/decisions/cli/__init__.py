"""The verbs of the command line of decisions."""
