"""What the pages of propositions show: names, and what was looked for."""

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from campaigns.propositions.base import Name
from orgs.languages import localized
from orgs.templatetags.reading import in_language
from orgs.templatetags.statements import VERDICTS

register = template.Library()


@register.simple_tag
def name(one: Name) -> SafeString:
    """Return what a row, a column or a thing is called, with the link to where it stands."""
    if one.content and one.url.startswith("/terms/"):
        return format_html(
            '<a class="term" href="{}"{}>{}</a>',
            localized(one.url), in_language("en"), one.text,
        )  # fmt: skip
    text = (
        format_html("<bdi>{}</bdi>", one.text) if one.content else conditional_escape(str(one.text))
    )
    return format_html('<a href="{}">{}</a>', localized(one.url), text) if one.url else text


@register.filter
def link(url: str) -> str:
    """Return an address in the page's language; a place on the same page as it is."""
    return url if url.startswith("#") else localized(url)


@register.filter
def verdict_name(code: str) -> str:
    """Return what came of looking."""
    return str(VERDICTS[code])
