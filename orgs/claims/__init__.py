"""Becoming a representative, and keeping an entry up to date."""
