"""What programs read: JSON, CSV, JSON-LD and graphs, and their description.

Imports `pages` and `search`.
"""
