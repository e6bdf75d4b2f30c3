"""Fleet: the processes of one store, and what they share."""
