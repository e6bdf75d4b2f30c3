"""Journal and views over SQL, written once; a dialect brings its driver and its ``queries/``."""
