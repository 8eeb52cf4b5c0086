"""Which record a typed name or slug stands for: the one place where that is looked up.

Whoever types may be anyone with an account, so only what public entries show is found, and what is
hidden is refused with the same words as what does not exist.
"""

from collections import defaultdict
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.models import Exists, F, Func, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Concat, Lower
from django.utils.translation import gettext

from orgs.projection.entry import Entry
from orgs.statements.name import Name
from orgs.statements.validation import no_text

from .text import found

AT_ONCE = 500
"""How many names one query looks up."""


def shown_names(*kinds: str) -> QuerySet[Name]:
    """The names that published entries of these kinds show.

    What may be shown is decided where entries are written: a name counts if it is one of those
    that its entry is found by.
    """
    between = Value(" | ")
    showing = (
        Entry.objects.published()
        .of_kinds(*kinds)
        .filter(pk=OuterRef("record_id"))
        .annotate(every=Concat(between, F("names"), between, output_field=TextField()))
        .filter(
            every__contains=Concat(
                between, Func(OuterRef("text"), function="plain"), between, output_field=TextField()
            )
        )
    )
    return Name.objects.current().filter(Exists(showing), holds=True)


def called(names: Iterable[str], *kinds: str) -> dict[str, set[int]]:
    """The numbers of the records of these kinds that have one of these names, in lower case."""
    wanted = sorted({name.lower() for name in names} - {""})
    records: dict[str, set[int]] = defaultdict(set)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        rows = shown_names(*kinds).annotate(low=Lower("text")).filter(low__in=some)
        for text, record in rows.values_list("text", "record_id"):
            records[text.lower()].add(record)
    return records


def record_called(typed: str, *kinds: str) -> int:
    """The number of the public record of these kinds that is called so, or has this slug.

    Raises ValidationError with what may be meant instead.
    """
    if fault := no_text(typed):
        raise ValidationError(fault)
    entries = Entry.objects.published().of_kinds(*kinds)
    exact: list[Entry] = []
    for asked in ({"slug": typed}, {"label__iexact": typed}):
        exact = exact or list(entries.filter(**asked)[:6])
    if not exact:
        named = shown_names(*kinds).filter(text__iexact=typed)
        exact = list(entries.filter(id__in=named.values("record"))[:6])
    if len(exact) == 1:
        return exact[0].id
    near = exact or list(found(entries, typed[:200])[:6])
    raise unclear(typed, bool(exact), [one.slug if exact else one.label for one in near])


def unclear(typed: str, several: bool, near: list[str]) -> ValidationError:
    """What to say about a typed name that does not tell which record is meant.

    `near` is what may be meant: `several` that are called exactly so, or what is like it.
    """
    told = {"typed": typed, "near": "; ".join(near)}
    if several:
        return ValidationError(
            gettext("Several are called “%(typed)s”. Type one of these: %(near)s."), params=told
        )
    if near:
        return ValidationError(
            gettext("Nothing here is called “%(typed)s”. Is it one of these? %(near)s."),
            params=told,
        )
    return ValidationError(
        gettext(
            "Nothing here is called “%(typed)s”. Type a name as the catalogue has it, or the "
            "last part of the address of its page."
        ),
        params=told,
    )
