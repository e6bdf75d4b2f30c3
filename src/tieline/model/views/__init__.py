"""Views: the questions that people ask of a store, and the rows that answer them."""
