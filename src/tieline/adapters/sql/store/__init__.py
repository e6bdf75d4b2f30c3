"""Store: purging, checking, sealing, and alerts."""
