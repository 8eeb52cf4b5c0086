from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from orgs.pages.sentences import VERDICTS, term_link
from orgs.pages.translated_labels import translated_label
from orgs.records.languages import localized

from .base import Name

register = template.Library()


@register.simple_tag
def name(label: Name) -> SafeString:
    """The text of a name, as a link if it has an address."""
    if label.content and label.url.startswith("/terms/"):
        scheme, _, code = label.url.removeprefix("/terms/").partition("/#")
        return term_link(scheme, code, str(label.text))
    text = (
        format_html("<bdi>{}</bdi>", translated_label({"label": str(label.text), "url": label.url}))
        if label.content
        else conditional_escape(str(label.text))
    )
    return format_html('<a href="{}">{}</a>', localized(label.url), text) if label.url else text


@register.filter
def link(url: str) -> str:
    """The address in the page's language; anchors stay as they are."""
    return url if url.startswith("#") else localized(url)


@register.filter
def verdict_name(code: str) -> str:
    return str(VERDICTS[code])
