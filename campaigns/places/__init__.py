"""The context of places, and a state as organized migrants meet it."""
