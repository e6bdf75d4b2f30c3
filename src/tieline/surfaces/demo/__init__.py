"""Demo: a hub between simulated vendors, real traffic with faults, and what the vendors counted."""
