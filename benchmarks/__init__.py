"""Benchmarks: contestants and a load go in; figures measured side by side in one run come out."""
