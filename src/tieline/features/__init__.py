"""Features: one folder each, with everything that one capability adds to the hub."""
