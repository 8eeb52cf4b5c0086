"""The API of undertakings and networks."""
