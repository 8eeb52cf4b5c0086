"""An organization edits its own page: forms, drafts, preview."""
