"""The guide of the API, and the examples in it."""
