"""Background work in PostgreSQL.

Imports nothing of the other packages.
"""
