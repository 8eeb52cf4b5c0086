"""The context of places, and how organized migrants deal with states."""
