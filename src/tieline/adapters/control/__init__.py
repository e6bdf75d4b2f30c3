"""Control: the hub that has a store's file open, asked over its local socket."""
