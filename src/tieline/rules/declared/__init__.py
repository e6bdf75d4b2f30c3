"""Declared: what an author wrote for an argument, held against the annotation that stands there."""
