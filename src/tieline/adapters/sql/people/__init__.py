"""People: what was answered to their requests is kept."""
