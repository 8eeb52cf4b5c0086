"""What all review screens share: permissions, and no log besides the ledger."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy

from orgs.access.roles import Right, can


class EditorPermissions:
    """Editors read and propose; nobody deletes."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return can(request.user, Right.USE_ADMIN)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Nobody deletes: records are withdrawn and statements retired."""
        return False


class UnloggedAdmin(admin.ModelAdmin):
    """Screens without Django's own log: the ledger is the history."""

    # Django's redirect would reveal the address of a hidden record to anyone with its number.
    view_on_site: Any = False

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        """Raise PermissionDenied before Django reveals whether the object exists."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def lookup_allowed(self, lookup: str, value: str, request: Any) -> bool:
        """Allow only the declared filters.

        Django would also allow lookups through related tables: who claims a record, who corrects
        it.
        """
        filters: Any = self.get_list_filter(request)
        if lookup in [getattr(item, "parameter_name", None) for item in filters]:
            return True
        return lookup.partition("__")[0] in filters and super().lookup_allowed(
            lookup, value, request
        )

    def log_addition(self, request, obj, message):
        """Log nothing."""

    def log_change(self, request, obj, message):
        """Log nothing."""

    def log_deletions(self, request, queryset):
        """Log nothing."""


class PendingFirstFilter(admin.SimpleListFilter):
    """A filter by state, whose default shows what is pending.

    `states` are the choices except the pending one; `pending_method` names the QuerySet method that
    selects it.
    """

    title = gettext_lazy("state")
    parameter_name = "state"
    states: ClassVar[list[tuple[str, Any]]]
    pending_method: ClassVar[str]

    def lookups(self, request, model_admin):
        return [*self.states, ("all", gettext("all"))]

    def choices(self, changelist):
        for value, title in ((None, gettext("waiting")), *self.lookup_choices):
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value})
                if value
                else changelist.get_query_string(remove=[self.parameter_name]),
                "display": title,
            }

    def queryset(self, request, queryset: Any) -> QuerySet:
        if self.value() is None:
            return getattr(queryset, self.pending_method)()
        return queryset if self.value() == "all" else queryset.filter(state=self.value())
