"""Control: a socket beside the store, on which a running hub carries out operators' commands."""
