"""Users and tokens on the command line."""
