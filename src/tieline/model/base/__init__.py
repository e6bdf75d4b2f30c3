"""Base: ids, errors and the kinds of values that everything else is made of."""
