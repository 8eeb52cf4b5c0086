"""Finders: questions of organizers to the record. Whom to turn to, who aims at the same, what is
missing, what joins, and where it all stands.

Each is computed on demand from accepted, public statements, and shows them. Each looks at so many
bodies at most and says when there were more.
"""
