"""An organization edits its own page: forms, drafts, preview.

Imports `imports` and `pages`.
"""
