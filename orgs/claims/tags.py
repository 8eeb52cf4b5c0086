"""Template tags about representation. They never show which account represents an organization."""

from django import template

from orgs.pages.documents import items_of

register = template.Library()


@register.simple_tag
def described_since(document: dict) -> str:
    """The year since which an organization has described itself here; empty if it has not.

    Derived from the statements of its own source, so that it reveals no representatives.
    """
    own = f"own-{document['id']}"
    own_items = [item for item in items_of(document) if item["source"] == own]
    return min((item["observed"][:4] for item in own_items), default="")
