"""Records of organizations, networks and places, their sources, vocabulary and arenas.

Imports `access`.
"""
