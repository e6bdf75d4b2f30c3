"""Issues: like failures as one thing."""
