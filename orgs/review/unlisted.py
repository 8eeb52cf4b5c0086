"""The register of what is never to be listed: who reads it learns how long it is, and no more."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset
from orgs.changes.unlisted import (
    ENTRY_FORMS,
    NOTHING_TO_RECOGNIZE,
    Unlisted,
    UnlistedKind,
    warning_of,
)
from orgs.statements.coverage import ReasonClass
from orgs.statements.identifier import Contact, Identifier, Link
from orgs.statements.name import Name

from .admin_base import Unlogged


def contents_of(changes: Iterable[Changeset]) -> dict[int, dict]:
    """What these changes say, by their ids, also of names and addresses that are live already."""
    contents = {one.pk: {**one.operations} for one in changes}
    live = {one.number: one.pk for one in changes if one.number is not None}
    for model in (Name, Link, Contact, Identifier) if live else ():
        for row in model.objects.filter(added__in=live).values():
            adds = contents[live[row["added_id"]]].setdefault("adds", {})
            adds.setdefault(model.code(), []).append(row)
    return contents


def warned_of(changes: Iterable[Changeset], account: Any) -> dict[int, str]:
    """What of these changes is on the register, as a sentence, by the id of the change.

    Empty for an account that may not read the register.
    """
    if not can(account, Right.MANAGE_REGISTER):
        return {}
    warnings = {number: warning_of(content) for number, content in contents_of(changes).items()}
    return {number: warning for number, warning in warnings.items() if warning}


class UnlistedForm(forms.ModelForm):
    """What is never to be listed: typed once, and kept as a hash."""

    text = forms.CharField(
        max_length=300,
        label=gettext_lazy("The name, web address or identifier"),
        help_text=gettext_lazy(
            "The name is not stored in readable form. To look it up, type it again. Add "
            "every name in use, one by one."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    # Where the desk asks of everything why it is done: beside the button.
    reason = forms.ChoiceField(
        label=gettext_lazy("why"),
        choices=ReasonClass.choices,
        help_text=gettext_lazy("Only the kind of reason is public."),
    )

    class Meta:
        model = Unlisted
        fields = ("sort", "reason")

    def clean(self) -> dict[str, Any] | None:
        """Refuse what says nothing, and what is there already."""
        given = super().clean() or {}
        sort, text = given.get("sort"), given.get("text")
        if sort and text:
            if not ENTRY_FORMS[UnlistedKind(sort)](text):
                raise ValidationError({"text": NOTHING_TO_RECOGNIZE})
            if Unlisted.objects.matching(sort, text).exists():
                raise ValidationError({"text": gettext("This is on the register already.")})
        return given


class UnlistedAdmin(Unlogged):
    """The register: those who accept proposals add to it and take from it."""

    form = UnlistedForm
    fields = ("sort", "text")
    list_display = ("__str__", "sort", "reason", "since")
    list_filter = ("sort", "reason")
    search_fields = ("digest",)
    search_help_text = gettext_lazy("Type a name, web address or identifier to find its line")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Return the line of what is typed, if it is there."""
        if not search_term.strip():
            return queryset, False
        found = Unlisted.objects.none()
        for sort in UnlistedKind:
            found = found | Unlisted.objects.matching(sort, search_term)
        return queryset.filter(pk__in=found.values("pk")), False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Put it on the register."""
        given = form.cleaned_data
        kept = Unlisted.objects.enter(given["sort"], given["text"], given["reason"])
        obj.pk, obj.digest, obj.since = kept.pk, kept.digest, kept.since
        obj.digests = kept.digests

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether this editor may see how long the register is."""
        return can(request.user, Right.MANAGE_REGISTER)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether this editor may add to it."""
        return can(request.user, Right.MANAGE_REGISTER)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes a line: what is wrong is taken away and written anew."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether this editor may take something from it."""
        return can(request.user, Right.MANAGE_REGISTER)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether it stands among the lists of the desk."""
        return can(request.user, Right.MANAGE_REGISTER)
