"""What the pages of second factors show."""

import json
import re
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template import Library

register = Library()


@register.filter
def as_json(value: Any) -> str:
    """Return what a script reads from an attribute; the template escapes it like any text."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.filter
def extent(path: str) -> str:
    """Return the `viewBox` of a picture of dots, with a light border of four, as it must have."""
    most = max((int(x) for x in re.findall(r"M(\d+) ", path)), default=0) + 1
    return f"-4 -4 {most + 8} {most + 8}"
