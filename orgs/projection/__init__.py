"""The one way out: entries, written by SQL from what is accepted and public.

Imports `statements`.
"""
