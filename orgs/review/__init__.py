"""Moderation: the queue, decisions, comments, corrections, duplicates, undoing."""
