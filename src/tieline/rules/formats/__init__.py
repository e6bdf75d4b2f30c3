"""Formats: JSON, times, ids, paths and text, read and written."""
