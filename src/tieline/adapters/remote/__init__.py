"""Remote: a hub on another machine, asked and ordered over its API."""
