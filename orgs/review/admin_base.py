"""What all screens of the review pages share: who may open them, and no log but the ledger."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy

from orgs.access.roles import Right, can


class Open:
    """Permissions of a screen: editors read and propose; nobody deletes."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the screen is listed."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        """Whether this person may read here."""
        return can(request.user, Right.USE_ADMIN)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        """Whether this person may propose changes here."""
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        """Whether this person may propose something new here."""
        return self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Nobody: a record is withdrawn, a statement retired."""
        return False


class Unlogged(admin.ModelAdmin):
    """A screen without Django's own log: the ledger is the history, and nothing else is kept."""

    # Django's own would lead from a number to an address, also of what is hidden.
    view_on_site: Any = False

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        """Show the history. Who may not read here learns nothing of what is there."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def lookup_allowed(self, lookup: str, value: str, request: Any) -> bool:
        """Whether a list may be filtered so: by its filters alone.

        Django also lets it be asked what other tables say of a row: who claims it, who corrects it.
        """
        filters: Any = self.get_list_filter(request)
        if lookup in [getattr(one, "parameter_name", None) for one in filters]:
            return True
        return lookup.partition("__")[0] in filters and super().lookup_allowed(
            lookup, value, request
        )

    def log_addition(self, request, obj, message):
        """Keep nothing."""

    def log_change(self, request, obj, message):
        """Keep nothing."""

    def log_deletions(self, request, queryset):
        """Keep nothing."""


class WaitingFirst(admin.SimpleListFilter):
    """How far something has come; the list opens on what waits.

    `states` are the choices but the one that waits, `waits` is the word of the QuerySet for it.
    """

    title = gettext_lazy("state")
    parameter_name = "state"
    states: ClassVar[list[tuple[str, Any]]]
    waits: ClassVar[str]

    def lookups(self, request, model_admin):
        """Return the states; the one that waits needs no parameter."""
        return [*self.states, ("all", gettext("all"))]

    def choices(self, changelist):
        """Give the links of the filter."""
        for value, title in ((None, gettext("waiting")), *self.lookup_choices):
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value})
                if value
                else changelist.get_query_string(remove=[self.parameter_name]),
                "display": title,
            }

    def queryset(self, request, queryset: Any) -> QuerySet:
        """Return what is in the chosen state."""
        if self.value() is None:
            return getattr(queryset, self.waits)()
        return queryset if self.value() == "all" else queryset.filter(state=self.value())
