"""Signing up, signing in and one's own account: django-allauth, with our words and our rules.

What is said about a person here is little: an address to write to, a name that may be made up, and
nothing about where they are. A network address goes no further than `hmac.network_hmac`.
"""
