"""Template filters of the pages of second factors."""

import json
import re
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template import Library

register = Library()


@register.filter
def as_json(value: Any) -> str:
    """JSON for an attribute that a script reads; the template escapes it."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.filter
def view_box(path: str) -> str:
    """The `viewBox` of a QR code, with the quiet zone of four modules that is standard."""
    size = max((int(x) for x in re.findall(r"M(\d+) ", path)), default=0) + 1
    return f"-4 -4 {size + 8} {size + 8}"
