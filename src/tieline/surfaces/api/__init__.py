"""API: the same lists, stories and decisions as JSON over HTTP; one file a noun."""
