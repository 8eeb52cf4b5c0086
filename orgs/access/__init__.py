"""Accounts, roles and rights: who may see and do what, and who represents an organization."""
