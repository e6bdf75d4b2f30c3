"""Vaults: where secrets come from; environment and files for now."""
