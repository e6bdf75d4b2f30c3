"""Fleet: shared limits and counts of several processes."""
