"""The register of what is never listed. Its readers see how long it is, not what is on it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from orgs.access.roles import Right
from orgs.changes.unlisted import ENTRY_FORMS, NOTHING_TO_RECOGNIZE, Unlisted, UnlistedKind
from orgs.statements.coverage import ReasonClass

from .base import EditorPermissions, UnloggedAdmin


class UnlistedForm(forms.ModelForm):
    """An entry of the register: typed once, and stored as a hash."""

    text = forms.CharField(
        max_length=300,
        label=gettext_lazy("The name, web address or identifier"),
        help_text=gettext_lazy(
            "The name is not stored in readable form. To look it up, type it again. Add "
            "every name in use, one by one."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    # The admin shows the field `reason` next to the button.
    reason = forms.ChoiceField(
        label=gettext_lazy("why"),
        choices=ReasonClass.choices,
        help_text=gettext_lazy("Only the kind of reason is public."),
    )

    class Meta:
        model = Unlisted
        fields = ("kind", "reason")

    def clean(self) -> dict[str, Any] | None:
        """Reject empty and duplicate entries."""
        values = super().clean() or {}
        kind, text = values.get("kind"), values.get("text")
        if kind and text:
            if not ENTRY_FORMS[UnlistedKind(kind)](text):
                raise ValidationError({"text": NOTHING_TO_RECOGNIZE})
            if Unlisted.objects.matching(kind, text).exists():
                raise ValidationError({"text": gettext("This is on the register already.")})
        return values


class UnlistedAdmin(EditorPermissions, UnloggedAdmin):
    """The register, maintained by moderators."""

    right = Right.MANAGE_REGISTER

    form = UnlistedForm
    fields = ("kind", "text")
    list_display = ("__str__", "kind", "reason", "since")
    list_filter = ("kind", "reason")
    search_fields = ("digest",)
    search_help_text = gettext_lazy("Type a name, web address or identifier to find its line")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Find the entry for exactly this name, address or identifier."""
        if not search_term.strip():
            return queryset, False
        matches = Unlisted.objects.none()
        for kind in UnlistedKind:
            matches = matches | Unlisted.objects.matching(kind, search_term)
        return queryset.filter(pk__in=matches.values("pk")), False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = form.cleaned_data
        saved = Unlisted.objects.enter(values["kind"], values["text"], values["reason"])
        obj.pk, obj.digest, obj.since = saved.pk, saved.digest, saved.since
        obj.digests = saved.digests

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Entries are hashes: to correct one, delete it and add another."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)
