"""The one way in: changesets, how they are applied, merged, reverted, and entries rebuilt.

Imports `projection` and `matching`.
"""
