"""Fleet: what the processes of one store share and know of each other."""
