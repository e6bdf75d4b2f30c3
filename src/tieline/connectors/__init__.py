"""Vendors, one folder each: data about a system and the few functions it forces on us."""
