"""How form fields become HTML where a page has a thousand of them.

Django draws every field through templates of its own, which took two thirds of the time of the
largest page. The plain ones are drawn here, to the same HTML; all others as ever.
"""

from collections.abc import Callable
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe


class Drawing(DjangoTemplates):
    """Django's renderer of forms, quicker at the fields that there are many of."""

    def render(self, template_name: str, context: dict[str, Any], request=None) -> SafeString:
        """Return the HTML of a field, or of whatever else a form consists of."""
        draw = DRAWN.get(template_name)
        if draw is None:
            return mark_safe(super().render(template_name, context, request))  # noqa: S308
        # Every name and value in it has been escaped.
        return mark_safe(draw(context["widget"]))  # noqa: S308


def attributes(named: dict[str, Any]) -> str:
    """Return attributes as HTML: True stands alone, False is left out."""
    return "".join(
        f" {name}" if value is True else f' {name}="{escape(value)}"'
        for name, value in named.items()
        if value is not False
    )


def input_of(widget: dict) -> str:
    """Return a field of one line, a tick box, or what is sent unseen."""
    value = "" if widget["value"] is None else f' value="{escape(widget["value"])}"'
    kind, name = widget["type"], escape(widget["name"])
    return f'<input type="{kind}" name="{name}"{value}{attributes(widget["attrs"])}>'


def textarea_of(widget: dict) -> str:
    """Return a field of several lines."""
    value = "" if widget["value"] is None else escape(widget["value"])
    name = escape(widget["name"])
    # A line break that begins the text is kept only behind another one.
    return f'<textarea name="{name}"{attributes(widget["attrs"])}>\n{value}</textarea>'


def select_of(widget: dict) -> str:
    """Return a field with choices."""
    options = "".join(
        f'<option value="{escape("" if one["value"] is None else one["value"])}"'
        f"{attributes(one['attrs'])}>{escape(one['label'])}</option>"
        for _, group, _ in widget["optgroups"]
        for one in group
    )
    return (
        f'<select name="{escape(widget["name"])}"{attributes(widget["attrs"])}>{options}</select>'
    )


DRAWN: dict[str, Callable[[dict], str]] = {
    "django/forms/widgets/text.html": input_of,
    "django/forms/widgets/number.html": input_of,
    "django/forms/widgets/url.html": input_of,
    "django/forms/widgets/hidden.html": input_of,
    "django/forms/widgets/checkbox.html": input_of,
    "django/forms/widgets/textarea.html": textarea_of,
    "django/forms/widgets/select.html": select_of,
}
