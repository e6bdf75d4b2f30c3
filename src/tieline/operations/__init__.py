"""What people do to the path: story, replay, pause, resolve."""
