"""What a page tells of who speaks for a body: that it does itself, and never which account."""

from django import template

from orgs.pages.documents import items_of

register = template.Library()


@register.simple_tag
def described_since(document: dict) -> str:
    """Return the year since which a body speaks for itself here; nothing if it has said nothing.

    It follows from what the body says in its own source, so that who may speak tells nothing.
    """
    own = f"own-{document['id']}"
    said = [item for item in items_of(document) if item["source"] == own]
    return min((item["observed"][:4] for item in said), default="")
