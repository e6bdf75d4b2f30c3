"""The overview: what fails, what waits, and how fast work goes."""
