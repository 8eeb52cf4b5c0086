"""Finders: search tools for organizers.

Counterparts, shared targets, missing rungs, bridges, and the matrix of here and there. Each is
computed on demand from accepted, public statements and lists them. Each examines a limited number
of actors and says when there were more.
"""
