"""Remote: a hub on another machine, asked over its API as a store is asked here."""
