"""Filters, words, paging, and the catalogue of another day or change.

Imports `changes`.
"""
