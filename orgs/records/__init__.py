"""What is catalogued: organizations, networks, places, with their sources, vocabulary and arenas.

Imports `access`.
"""
