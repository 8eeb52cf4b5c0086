"""The pages of what organizations do together, and of what follows from the record."""
