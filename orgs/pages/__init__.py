"""The public pages: lists, entries, map, labels and sentences."""
