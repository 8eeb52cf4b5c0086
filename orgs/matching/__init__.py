"""Similarity of names and of organizations, and the recognition of unlisted ones.

Imports `projection`.
"""
