"""The review pages in the navigation of all editors' screens."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from orgs.access.roles import Right, can

PAGES = (
    ("admin:index", gettext_lazy("Overview"), Right.USE_ADMIN),
    ("review", gettext_lazy("Waiting for review"), Right.USE_ADMIN),
    ("review-proposals", gettext_lazy("Proposals"), Right.USE_ADMIN),
    ("review-corrections", gettext_lazy("Corrections"), Right.SEE_CORRECTIONS),
    ("review-claims", gettext_lazy("Claims"), Right.MANAGE_CLAIMS),
    ("review-duplicates", gettext_lazy("Likely duplicates"), Right.USE_ADMIN),
    ("review-account-undo", gettext_lazy("Undo changes of an account"), Right.BULK),
)
"""The name of each page, its title, and the right that it needs."""


def list_pages(account: Any) -> list[tuple[str, Any]]:
    """The address and the title of each page that the account may open."""
    return [(reverse(name), title) for name, title, right in PAGES if can(account, right)]
