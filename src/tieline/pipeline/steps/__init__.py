"""Steps: what a run remembers, tries and repeats."""
