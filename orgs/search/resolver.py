"""Resolve typed names and slugs to records.

Anyone with an account may type them, so only public entries match, and the error for a hidden
record is the same as for one that does not exist.
"""

from collections import defaultdict
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.models import Exists, F, Func, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Concat, Lower
from django.utils.translation import gettext

from orgs.projection.entry import Entry
from orgs.records.kinds import Kind
from orgs.statements.name import Name
from orgs.statements.validation import unstorable_text

from .text import search

BATCH_SIZE = 500
"""How many names one query looks up."""


def public_names(*kinds: str) -> QuerySet[Name]:
    """The names that published entries of these kinds show.

    The projection decides what an entry shows: a name counts if it is among the entry's `names`.
    """
    separator = Value(" | ")
    entries_with_name = (
        Entry.objects.published()
        .of_kinds(*kinds)
        .filter(pk=OuterRef("record_id"))
        .annotate(every=Concat(separator, F("names"), separator, output_field=TextField()))
        .filter(
            every__contains=Concat(
                separator,
                Func(OuterRef("text"), function="plain"),
                separator,
                output_field=TextField(),
            )
        )
    )
    return Name.objects.current().filter(Exists(entries_with_name), holds=True)


def records_by_name(names: Iterable[str], *kinds: str) -> dict[str, set[int]]:
    """The ids of the records of these kinds with these names: lower-case name -> ids."""
    lowered = sorted({name.lower() for name in names} - {""})
    records: dict[str, set[int]] = defaultdict(set)
    for start in range(0, len(lowered), BATCH_SIZE):
        batch = lowered[start : start + BATCH_SIZE]
        rows = public_names(*kinds).annotate(low=Lower("text")).filter(low__in=batch)
        for text, record in rows.values_list("text", "record_id"):
            records[text.lower()].add(record)
    return records


def resolve_record(typed: str, *kinds: str) -> int:
    """The id of the public record of these kinds with this name or slug.

    Raises ValidationError with suggestions.
    """
    if error := unstorable_text(typed):
        raise ValidationError(error)
    entries = Entry.objects.published().of_kinds(*kinds)
    exact: list[Entry] = []
    for lookup in ({"slug": typed}, {"label__iexact": typed}):
        exact = exact or list(entries.filter(**lookup)[:6])
    if not exact:
        names = public_names(*kinds).filter(text__iexact=typed)
        exact = list(entries.filter(id__in=names.values("record"))[:6])
    if len(exact) == 1:
        return exact[0].id
    similar = exact or list(search(entries, typed[:200])[:6])
    if not similar and kinds == (Kind.PLACE,):
        message = gettext(
            "No match for “%(typed)s”. Check the spelling, or write a larger place, such as the "
            "country."
        )
        raise ValidationError(message, params={"typed": typed})
    suggestions = [entry.slug if exact else entry.label for entry in similar]
    raise ambiguous_name_error(typed, bool(exact), suggestions)


def ambiguous_name_error(typed: str, ambiguous: bool, suggestions: list[str]) -> ValidationError:
    """Build the error about a typed name that does not identify a record.

    `suggestions` have exactly this name if it is `ambiguous`, or else similar ones.
    """
    params = {"typed": typed, "near": "; ".join(suggestions), "suggestions": suggestions}
    if ambiguous:
        return ValidationError(
            gettext("Several are called “%(typed)s”. Type one of these: %(near)s."), params=params
        )
    if suggestions:
        return ValidationError(
            gettext("No match for “%(typed)s”. Did you mean: %(near)s?"),
            params=params,
        )
    return ValidationError(
        gettext(
            "No match for “%(typed)s”. Type a name that is in the catalogue, or the last part "
            "of the address of its page."
        ),
        params=params,
    )
