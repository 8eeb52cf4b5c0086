"""What the page of a network shows of its parts."""

from django import template
from django.utils.safestring import SafeString

from orgs.pages.sentences import mention_link

from .network import Network

register = template.Library()


@register.simple_tag
def named_in(network: Network, number: int) -> SafeString:
    """Return the link to something that a network mentions; what is not public has no name."""
    entry = network.named.get(number)
    if entry is None:
        return SafeString("")
    return mention_link({"label": entry.label, "url": entry.get_absolute_url()})
