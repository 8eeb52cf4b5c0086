"""Reference tables: what statements refer to, and changesets edit with before and after."""

from .source import Citation, Source
from .term import Term

REFERENCES: dict[str, type[Source] | type[Term] | type[Citation]] = {
    "source": Source,
    "term": Term,
    "citation": Citation,
}
"""Reference tables by their name in proposals."""
