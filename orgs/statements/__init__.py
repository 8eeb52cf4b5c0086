"""Statements of sources about records: one typed row each, and the rules for them.

Imports `records`.
"""
