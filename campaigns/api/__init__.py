"""What programs read about undertakings and networks."""
