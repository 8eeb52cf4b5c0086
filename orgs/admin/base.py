"""What all admin screens share: permissions, and no log besides the ledger."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from orgs.access.roles import Right, can


class EditorPermissions:
    """Accounts with this right read and propose; nobody deletes."""

    right = Right.USE_ADMIN

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return can(request.user, self.right)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Nobody deletes: records are withdrawn and statements retired."""
        return False


class ReadOnlyPermissions(EditorPermissions):
    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


class UnloggedAdmin(admin.ModelAdmin):
    """Screens without Django's own log: the ledger is the history."""

    # Django's redirect would reveal the address of a hidden record to anyone with its number.
    view_on_site: Any = False

    def get_urls(self) -> list:
        """Without the page that shows Django's log."""
        return [one for one in super().get_urls() if not (one.name or "").endswith("_history")]

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
