"""Locks for background work in PostgreSQL."""
