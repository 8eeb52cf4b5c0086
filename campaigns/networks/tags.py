from django import template
from django.utils.safestring import SafeString

from orgs.pages.sentences import mention_link

from .network import Network

register = template.Library()


@register.simple_tag
def link_in(network: Network, record: int) -> SafeString:
    """A link to a record that the network mentions; empty if the record is not public."""
    entry = network.entries.get(record)
    if entry is None:
        return SafeString("")
    return mention_link({"label": entry.label, "url": entry.get_absolute_url()})
