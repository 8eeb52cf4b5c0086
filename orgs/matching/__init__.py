"""Likely duplicates: how alike names and bodies are, and how candidates are found."""
