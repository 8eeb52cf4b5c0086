"""What the pages of propositions show: names, and what was looked for."""

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from orgs.pages.sentences import VERDICTS, term_link
from orgs.pages.translated_labels import called
from orgs.records.languages import localized

from .base import Name

register = template.Library()


@register.simple_tag
def name(one: Name) -> SafeString:
    """Return what a row, a column or a thing is called, with the link to where it stands."""
    if one.content and one.url.startswith("/terms/"):
        scheme, _, code = one.url.removeprefix("/terms/").partition("/#")
        return term_link(scheme, code, str(one.text))
    text = (
        format_html("<bdi>{}</bdi>", called({"label": str(one.text), "url": one.url}))
        if one.content
        else conditional_escape(str(one.text))
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
