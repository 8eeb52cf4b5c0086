"""The pages of the account: overview, sessions and signing out."""

from typing import Any

from allauth.account.views import LogoutView
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView, UpdateView

from orgs.access.account import Account
from orgs.claims.representations import representations_of

from .forms import NameForm
from .sessions import end_sessions, sessions_of


@method_decorator(never_cache, name="dispatch")
class Overview(LoginRequiredMixin, UpdateView):
    """The display name and language of the account, and links to the other pages."""

    form_class = NameForm
    template_name = "account/overview.html"
    success_url = reverse_lazy("account")
    extra_context = {"title": gettext_lazy("Your account")}

    def get_object(self, queryset: Any = None) -> Account:
        # Loaded again: the form changes its instance, and the header of the page must not show a
        # name that was rejected.
        return Account.objects.get(email=self.request.user.get_username())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(representations=representations_of(self.object), **kwargs)


class SignOut(LogoutView):
    """Signing out, which also deletes drafts stored in the browser."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(*args, **kwargs)
        response["Clear-Site-Data"] = '"storage"'
        return response


@method_decorator(never_cache, name="dispatch")
class Sessions(LoginRequiredMixin, TemplateView):
    """The sessions of the account, and buttons to end them."""

    template_name = "usersessions/usersession_list.html"
    extra_context = {"title": gettext_lazy("Where you are signed in")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            sessions=sessions_of(self.request.user),
            current=self.request.session.session_key,
            **kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """End the session whose number is sent, or all but the current one for "others"."""
        current = request.session.session_key
        chosen = request.POST.get("session", "")
        ended = [
            session.session_key
            for session in sessions_of(request.user)
            if chosen == str(session.pk) or (chosen == "others" and session.session_key != current)
        ]
        end_sessions(request.user, ended)
        if ended and current not in ended:
            messages.success(request, gettext("You are signed out there."))
        return HttpResponseRedirect(reverse("usersessions_list"))
