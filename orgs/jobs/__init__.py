"""Locks for background work in PostgreSQL.

Imports none of the other packages.
"""
