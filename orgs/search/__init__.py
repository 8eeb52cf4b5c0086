"""Filters, full-text search, paging, and the catalogue at another day or change.

Imports `changes`.
"""
