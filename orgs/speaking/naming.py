"""Which record is meant by what somebody types: a name as the catalogue has it, or an address."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from ..forms import no_text
from ..models import Entry, Name, Tier
from ..search import found


def meant(typed: str, *kinds: str) -> int:
    """Return the id of the record of these kinds that is called so. Raises ValidationError."""
    if fault := no_text(typed):
        raise ValidationError(fault)
    entries = Entry.objects.published().of_kinds(*kinds)
    for called in ({"slug": typed}, {"label__iexact": typed}):
        exact = list(entries.filter(**called)[:6])
        if len(exact) == 1:
            return exact[0].id
        if exact:
            break
    else:
        names = Name.objects.current().filter(text__iexact=typed, tier=Tier.PUBLIC, holds=True)
        exact = list(
            entries.filter(id__in=names.filter(source__tier=Tier.PUBLIC).values("record"))[:6]
        )
        if len(exact) == 1:
            return exact[0].id
    near = exact or list(found(entries, typed[:200])[:6])
    raise unclear(typed, bool(exact), [one.slug if exact else one.label for one in near])


def unclear(typed: str, several: bool, near: list[str]) -> ValidationError:
    """Return what is said to whoever typed a name that does not tell what is meant.

    `near` is what they may mean: `several` that are called exactly so, or what is like it.
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
