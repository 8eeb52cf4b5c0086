"""Who is to speak next about a letter."""

from typing import Any

from django.db.models import Subquery

from .comment import Remark


def with_last_word(letters: Any) -> Any:
    """Return letters with `asked`: True if the last remark asks, False if it answers, or None."""
    last = Remark.objects.last_of("pk")
    return letters.annotate(asked=Subquery(last.values("asks")[:1]))
