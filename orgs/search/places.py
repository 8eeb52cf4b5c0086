"""Which places are in use."""

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, CharField, Exists, Func, OuterRef, Q
from django.db.models.functions import Cast

from orgs.projection.entry import Entry, Facet
from orgs.records.place import REFERENCE_SOURCES


def is_in_use() -> Q:
    """The condition of places that another entry mentions, or of which a source says more than
    names and codes.
    """
    published = Entry.objects.published()
    references = published.filter(kind="source", slug__in=REFERENCE_SOURCES)
    references = references.annotate(number=Cast("id", CharField()))
    sources = Facet.objects.filter(filter="source").exclude(value__in=references.values("number"))
    this = Func(
        OuterRef("id"),
        template="ARRAY[%(expressions)s]",
        output_field=ArrayField(BigIntegerField()),
    )
    mentioning = published.filter(mentions__contains=this).exclude(id=OuterRef("id"))
    return Q(facets__overlap=ArraySubquery(sources.values("id"))) | Q(Exists(mentioning))
