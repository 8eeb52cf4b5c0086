"""The editors' desk as a whole: who comes in, what lies on top, and where everything is.

Read while the apps are still being loaded, so it reaches for theirs only when it is asked.
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

ROOMS = (
    (gettext_lazy("Work"), ("Changeset", "Claim", "Correction", "Record")),
    (gettext_lazy("Who they are"), ("Organization", "Partnership", "Place")),
    (
        gettext_lazy("What they do together"),
        ("Gathering", "Campaign", "Instrument", "Project", "Demand", "Case"),
    ),
    (gettext_lazy("What statements refer to"), ("Source", "Term", "Arena")),
    (gettext_lazy("Who works here"), ("Account", "Group", "Reading")),
    (gettext_lazy("Who asks to be left out"), ("Unlisted",)),
)
"""The rooms of the desk, and the lists in each: in the order of the work, not of the alphabet."""

NAMES = {
    "Changeset": gettext_lazy("Proposals"),
    "Claim": gettext_lazy("Claims"),
    "Record": gettext_lazy("All records"),
}
"""What the desk calls lists whose model has a name of the ledger."""


class EditorsConfig(AdminConfig):
    """Django's admin, with our desk as its site."""

    default_site = "mcs.admin.EditorsSite"


class EditorsSite(AdminSite):
    """The editors' desk. Its first page is the work that waits."""

    site_header = settings.SITE_NAME
    site_title = settings.SITE_NAME
    index_title = gettext_lazy("Review")
    enable_nav_sidebar = False

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Wrap a view of the desk; what it showed of what is not public is kept."""

        def noted(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            from orgs.review import reading_log  # not before the apps are loaded

            answer = view(request, *args, **kwargs)
            reading_log.write(request)
            return answer

        return super().admin_view(update_wrapper(noted, view), cacheable)

    def get_urls(self) -> list:
        """Return the addresses of the desk, without the one that leads from any number to a page.

        It would lead to the address of what is hidden, too.
        """
        return [one for one in super().get_urls() if getattr(one, "name", "") != "view_on_site"]

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the desk opens: to editors, once they have shown a second factor."""
        if not super().has_permission(request):
            return False
        shown = getattr(request, "has_verified_factor", None)
        if shown is None:
            from mcs.accounts.factors import has_verified_factor  # not before the apps are loaded

            shown = has_verified_factor(request)
            request.has_verified_factor = shown  # type: ignore[attr-defined]
        return shown

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Lead to the site's own sign-in, and from there to where the visitor wanted to go.

        Whoever has signed in and is no editor is told so: signing in again would not help. An
        editor without a second factor is led to where one is set up, or shown.
        """
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
        home = reverse("admin:index")
        if not url_has_allowed_host_and_scheme(
            wanted, {request.get_host()}, require_https=request.is_secure()
        ):
            wanted = home
        if not request.user.is_authenticated:
            query = urlencode({REDIRECT_FIELD_NAME: wanted})
            return HttpResponseRedirect(f"{reverse(settings.LOGIN_URL)}?{query}")
        if not super().has_permission(request):
            raise PermissionDenied(gettext("Your account has no access to the review pages."))
        if not self.has_permission(request):
            from mcs.accounts.factors import has_factor  # not before the apps are loaded

            if not has_factor(request.user):
                return HttpResponseRedirect(reverse("mfa_index"))
            query = urlencode({REDIRECT_FIELD_NAME: wanted})
            return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{query}")
        return HttpResponseRedirect(wanted)

    def password_change(self, request: HttpRequest, extra_context: dict | None = None) -> Any:
        """Lead to where everybody changes a password: there wrong ones are counted."""
        return HttpResponseRedirect(reverse("account_change_password"))

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the proposals that wait, then everything else."""
        from orgs.changes.changeset import Changeset
        from orgs.claims.claim import Claim
        from orgs.imports.upload import Upload
        from orgs.review.changeset_admin import asked_of  # not before the apps are loaded
        from orgs.review.queue import Queue, note_queue

        queue = Queue({}, request.user).read()
        note_queue(request, queue.waiting[:5])
        latest = Changeset.objects.accepted().visible_to(request.user)
        runs_it = request.user.is_superuser
        context = {
            "claims": Claim.objects.pending().visible_to(request.user).count(),
            "waiting": queue.count,
            "long": Upload.objects.pending().count() if runs_it else 0,
            "given_up": Upload.objects.failed().count() if runs_it else 0,
            "asked": asked_of(request.user),
            "oldest": queue.waiting[:5],
            "latest": latest.defer("operations").order_by("-number")[:10],
        }
        return super().index(request, {**context, **(extra_context or {})})

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Lead to the first page: it shows every list, in the order of the work."""
        return HttpResponseRedirect(reverse("admin:index"))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        """Return the rooms of the desk with the lists that this person may open."""
        lists = {
            one["object_name"]: one
            for app in self._build_app_dict(request).values()
            for one in app["models"]
        }
        rooms: list[dict] = []
        named = {name for _title, names in ROOMS for name in names}
        others = (gettext("Others"), tuple(name for name in lists if name not in named))
        for title, names in (*ROOMS, others):
            there = [lists[name] for name in names if name in lists]
            for one in there:
                one["name"] = NAMES.get(one["object_name"], one["name"])
            if there:
                rooms.append({"name": title, "models": there, "app_label": "", "app_url": ""})
        return rooms

    def autocomplete_view(self, request: HttpRequest) -> Any:
        """Give the choices of a field while one types."""
        from orgs.review.choices import ChoiceView  # not before the apps are loaded

        return ChoiceView.as_view(admin_site=self)(request)
