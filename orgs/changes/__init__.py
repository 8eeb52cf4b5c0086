"""Changesets: how they are applied, rebased, merged and reverted, and how entries are rebuilt."""
