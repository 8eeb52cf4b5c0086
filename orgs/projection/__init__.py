"""Entries: what the public may read, written by SQL from accepted public statements.

Imports `statements`.
"""
