"""The list of who read what is not public: administrators read it, and nobody changes it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from orgs.access.reading import Reading
from orgs.access.roles import Right, can
from orgs.pages.labels import comma
from orgs.records.record import Kind
from orgs.review.admin_base import Unlogged

PAGES = {
    **dict(Kind.choices),
    "changeset": gettext_lazy("proposal"),
    "claim": gettext_lazy("claim"),
    "correction": gettext_lazy("correction"),
    "queue": gettext_lazy("Waiting for review"),
    "record": gettext_lazy("All records"),
    "source": gettext_lazy("source"),
}
RIGHTS = {
    Right.SEE_UNPUBLISHED.value: gettext_lazy("hidden records"),
    Right.SEE_CONFIDENTIAL.value: gettext_lazy("confidential statements"),
    Right.SEE_CORRECTIONS.value: gettext_lazy("corrections"),
    Right.MANAGE_CLAIMS.value: gettext_lazy("claims"),
}
"""What the screen calls the pages, and what the rights let somebody read."""


class ReadingAdmin(Unlogged):
    """Which page showed what is not public, to whom, when."""

    list_display = ("at", "who", "page", "why")
    list_display_links = None
    list_select_related = ("account",)
    show_full_result_count = False
    list_per_page = 50
    actions = None

    @admin.display(description=gettext_lazy("editor"), ordering="account", empty_value="")
    def who(self, reading: Reading) -> Any:
        """Who read it."""
        return reading.account

    @admin.display(description=gettext_lazy("page"))
    def page(self, reading: Reading) -> str:
        """Which record or list was read."""
        return f"{PAGES.get(reading.what, reading.what)} {reading.number or ''}".strip()

    @admin.display(description=gettext_lazy("what it showed"))
    def why(self, reading: Reading) -> str:
        """What of it was not public."""
        return comma().join(str(RIGHTS.get(one, one)) for one in reading.rights)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether it stands among the lists of the desk."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether this person may read who read what."""
        return can(request.user, Right.SEE_READING_LOG)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: pages note what they show."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes a line."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: lines go when their time is over."""
        return False
