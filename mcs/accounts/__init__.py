"""Signing up, signing in and the account pages: django-allauth with texts and rules of this site.

It stores little about a person: an e-mail address, a name that may be a pseudonym, and no location.
Network addresses are hashed (`hmac.network_hmac`) and never stored.
"""
