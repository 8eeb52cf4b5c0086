"""How alike two names or two organizations are, and what is never listed.

Imports `projection`.
"""
