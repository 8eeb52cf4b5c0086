"""The editors' desk as a whole: who comes in, and what lies on top.

Read while the apps are still being loaded, so it reaches for theirs only when it is asked.
"""

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
from django.views.decorators.cache import never_cache


class EditorsConfig(AdminConfig):
    """Django's admin, with our desk as its site."""

    default_site = "mcs.admin.EditorsSite"


class EditorsSite(AdminSite):
    """The editors' desk. Its first page is the work that waits."""

    site_header = f"{settings.SITE_NAME}: editors"
    site_title = settings.SITE_NAME
    index_title = "The editors' desk"

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Lead to the site's own sign-in, and from there to where the visitor wanted to go.

        Whoever has signed in and is no editor is told so: signing in again would not help.
        """
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
        home = reverse("admin:index")
        if not url_has_allowed_host_and_scheme(
            wanted, {request.get_host()}, require_https=request.is_secure()
        ):
            wanted = home
        if not request.user.is_authenticated:
            query = urlencode({REDIRECT_FIELD_NAME: wanted})
            return HttpResponseRedirect(f"{settings.LOGIN_URL}?{query}")
        if not self.has_permission(request):
            raise PermissionDenied("Your account may not use the editors' desk.")
        return HttpResponseRedirect(wanted)

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the letters that wait, then everything else."""
        from orgs.models import Changeset  # not before the apps are loaded

        waiting = Changeset.objects.proposed().order_by("id")
        context = {
            "waiting": waiting.count(),
            "oldest": waiting.select_related("author").defer("letter")[:5],
            "latest": Changeset.objects.accepted().defer("letter").order_by("-number")[:10],
        }
        return super().index(request, {**context, **(extra_context or {})})

    def autocomplete_view(self, request: HttpRequest) -> Any:
        """Give the choices of a field while one types."""
        from orgs.admin.choices import ChoiceView  # not before the apps are loaded

        return ChoiceView.as_view(admin_site=self)(request)
