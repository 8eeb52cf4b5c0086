"""The admin site: access, its first page, and the groups of its lists.

Django imports this module before the apps are loaded, so it imports their modules in methods.
"""

from functools import update_wrapper
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache

LIST_GROUPS = (
    (gettext_lazy("Who they are"), ("Record", "Organization", "Partnership", "Place")),
    (
        gettext_lazy("What they do together"),
        ("Gathering", "Campaign", "Instrument", "Project", "Demand", "Case"),
    ),
    (gettext_lazy("What statements refer to"), ("Source", "Term", "Arena")),
    (gettext_lazy("Who works here"), ("Account", "Group", "Reading")),
    (gettext_lazy("Who asks to be left out"), ("Unlisted",)),
)
"""The groups of lists and the models in each, in the order of the editors' work."""


def current_state(url: str, path: str) -> str:
    """The value of `aria-current` for a link in the navigation: "page", "true" or ""."""
    if url == path:
        return "page"
    all_pages = (reverse("admin:index"), reverse("review"))
    return "true" if path.startswith(url) and url not in all_pages else ""


class CatalogueAdminConfig(AdminConfig):
    """Django's admin with the site below."""

    default_site = "mcs.admin.CatalogueAdminSite"


class CatalogueAdminSite(AdminSite):
    """The admin site of editors. Its first page shows pending proposals."""

    site_header = settings.SITE_NAME
    site_title = settings.SITE_NAME
    index_title = gettext_lazy("Overview")
    enable_nav_sidebar = False

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Wrap a view; the reading log records which restricted records it showed."""

        def logged(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            from orgs.review import reading_log  # needs the apps

            response = view(request, *args, **kwargs)
            reading_log.save(request)
            return response

        return super().admin_view(update_wrapper(logged, view), cacheable)

    def get_urls(self) -> list:
        """Without `view_on_site`, which would redirect to the addresses of hidden records, too."""
        return [
            pattern
            for pattern in super().get_urls()
            if getattr(pattern, "name", "") != "view_on_site"
        ]

    def has_permission(self, request: HttpRequest) -> bool:
        """The admin is open to editors in a session that has used a second factor."""
        if not super().has_permission(request):
            return False
        has_verified = getattr(request, "has_verified_factor", None)
        if has_verified is None:
            from mcs.accounts.factors import has_verified_factor  # needs the apps

            has_verified = has_verified_factor(request)
            request.has_verified_factor = has_verified  # type: ignore[attr-defined]
        return has_verified

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Redirect to the site's own sign-in page, and from there to the requested page.

        403 for accounts that are no editors: signing in again would not help. Editors are
        redirected to set up a second factor, or to use it.
        """
        next_url = request.GET.get(REDIRECT_FIELD_NAME, "")
        home = reverse("admin:index")
        if not url_has_allowed_host_and_scheme(
            next_url, {request.get_host()}, require_https=request.is_secure()
        ):
            next_url = home
        if not request.user.is_authenticated:
            query = urlencode({REDIRECT_FIELD_NAME: next_url})
            return HttpResponseRedirect(f"{reverse(settings.LOGIN_URL)}?{query}")
        if not super().has_permission(request):
            raise PermissionDenied(gettext("Your account has no access to the review pages."))
        if not self.has_permission(request):
            from mcs.accounts.factors import has_factor  # needs the apps

            if not has_factor(request.user):
                return HttpResponseRedirect(reverse("mfa_index"))
            query = urlencode({REDIRECT_FIELD_NAME: next_url})
            return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{query}")
        return HttpResponseRedirect(next_url)

    def password_change(self, request: HttpRequest, extra_context: dict | None = None) -> Any:
        """Redirect to the account page, which has rate limits."""
        return HttpResponseRedirect(reverse("account_change_password"))

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        # These modules need the apps.
        from orgs.changes.changeset import Changeset
        from orgs.claims.claim import Claim
        from orgs.jobs.job import Job
        from orgs.review.comment import open_questions
        from orgs.review.queue import ReviewQueue, note_queue

        queue = ReviewQueue({}, request.user).load()
        note_queue(request, queue.items[:5])
        latest = Changeset.objects.accepted().visible_to(request.user)
        is_administrator = request.user.is_superuser
        uploads = Job.objects.exclude(upload=None)
        lists = [item for group in self.get_app_list(request) for item in group["models"]]
        context = {
            "lists_to_add_to": [
                item
                for item in lists
                if item["add_url"] and item["object_name"] not in ("Account", "Group")
            ],
            "claim_count": Claim.objects.pending().visible_to(request.user).count(),
            "proposal_count": queue.count,
            "pending_upload_count": uploads.pending().count() if is_administrator else 0,
            "failed_upload_count": uploads.failed().count() if is_administrator else 0,
            "questions": open_questions(request.user),
            "oldest_proposals": queue.items[:5],
            "latest_changes": latest.defer("operations").order_by("-number")[:10],
        }
        return super().index(request, {**context, **(extra_context or {})})

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Redirect to the first page, which shows all lists."""
        return HttpResponseRedirect(reverse("admin:index"))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        """The review pages and the groups of lists, as far as this account may open them."""
        from orgs.review.navigation import list_pages  # needs the apps

        lists = {
            model["object_name"]: model
            for app in self._build_app_dict(request).values()
            for model in app["models"]
        }
        if "Record" in lists:
            lists["Record"]["name"] = gettext("All records")
        pages = [
            {"object_name": "", "name": title, "admin_url": url, "add_url": None}
            for url, title in list_pages(request.user)
        ]
        groups: list[dict] = [{"name": gettext("Review"), "models": pages}]
        grouped = {name for _title, names in LIST_GROUPS for name in names}
        others = (gettext("Others"), tuple(name for name in lists if name not in grouped))
        for title, names in (*LIST_GROUPS, others):
            if models := [lists[name] for name in names if name in lists]:
                groups.append({"name": title, "models": models})
        for group in groups:
            group |= {"app_label": "", "app_url": ""}
            for item in group["models"]:
                item["current"] = current_state(item["admin_url"], request.path)
        return groups

    def autocomplete_view(self, request: HttpRequest) -> Any:
        """The choices of a field while an editor types."""
        from orgs.review.choices import ReferenceChoicesView  # needs the apps

        return ReferenceChoicesView.as_view(admin_site=self)(request)
