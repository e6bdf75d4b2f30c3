"""Composition: the one place that knows every part; it makes processes of them."""
