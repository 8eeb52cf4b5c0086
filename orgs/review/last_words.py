"""Who is to speak next about a proposal."""

from typing import Any

from django.db.models import Subquery

from .comment import Comment


def with_last_word(changesets: Any) -> Any:
    """Return proposals with `asked`: True if the last comment asks, False if it answers, or
    None.
    """
    last = Comment.objects.last_of("pk")
    return changesets.annotate(asked=Subquery(last.values("asks")[:1]))
