"""Fleet: what the processes of one store tell each other."""
