"""Nouns: frozen data and ids. Imports nothing of ours."""
