"""The admin of the reading log: read-only, for administrators."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy

from orgs.access.readings import Reading
from orgs.access.roles import Right
from orgs.pages.labels import comma
from orgs.records.kinds import Kind

from .base import ReadOnlyPermissions, UnloggedAdmin

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
"""The names of pages, and of what each right lets an editor read."""


class ReadingAdmin(ReadOnlyPermissions, UnloggedAdmin):
    """Which page showed non-public data, to whom and when. Pages add the rows, which expire."""

    right = Right.SEE_READING_LOG

    list_display = ("at", "who", "page", "why")
    list_display_links = None
    list_select_related = ("account",)
    show_full_result_count = False
    list_per_page = 50
    actions = None

    @admin.display(description=gettext_lazy("editor"), ordering="account", empty_value="")
    def who(self, reading: Reading) -> Any:
        return reading.account

    @admin.display(description=gettext_lazy("page"))
    def page(self, reading: Reading) -> str:
        """The record or list that was read."""
        return (
            f"{PAGES.get(reading.target_kind, reading.target_kind)} {reading.number or ''}".strip()
        )

    @admin.display(description=gettext_lazy("what it showed"))
    def why(self, reading: Reading) -> str:
        """What was not public on it."""
        return comma().join(str(RIGHTS.get(right, right)) for right in reading.rights)
