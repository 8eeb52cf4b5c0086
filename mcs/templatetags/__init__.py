"""Tags of the site itself."""
