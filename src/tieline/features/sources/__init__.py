"""Sources: where events come from, and when they were heard of."""
