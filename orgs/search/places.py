"""Which places are in use."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from orgs.projection.entry import Entry, Facet
from orgs.records.place import REFERENCE_SOURCES

MENTIONED = (
    "SELECT mentioned FROM orgs_entry, unnest(mentions) mentioned"
    " WHERE state = 'published' AND mentioned <> id"
)
"""What other entries mention. Read once: to ask for each place whether one does took 20 times as
long."""


def is_in_use() -> Q:
    """The condition of places that another entry mentions, or of which a source says more than
    names and codes.
    """
    published = Entry.objects.published()
    references = published.filter(kind="source", slug__in=REFERENCE_SOURCES)
    references = references.annotate(number=Cast("id", CharField()))
    sources = Facet.objects.filter(filter="source").exclude(value__in=references.values("number"))
    mentioned = RawSQL(MENTIONED, ())  # noqa: S611 - without parameters
    return Q(facets__overlap=ArraySubquery(sources.values("id"))) | Q(id__in=mentioned)
