"""Files in: reading them, mapping their columns, and proposing their rows."""
