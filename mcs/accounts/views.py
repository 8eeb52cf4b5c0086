"""One's own account."""

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
from orgs.claims.claims import spoken_for

from .forms import NameForm
from .sessions import end_sessions, sessions_of


@method_decorator(never_cache, name="dispatch")
class Overview(LoginRequiredMixin, UpdateView):
    """What an account is: its name, which can be changed here, and the ways to everything else."""

    form_class = NameForm
    template_name = "account/overview.html"
    success_url = reverse_lazy("account")
    extra_context = {"title": gettext_lazy("Your account")}

    def get_object(self, queryset: Any = None) -> Account:
        """Return the account of whoever asks, and never another."""
        # Anew: a name that is refused must not stand on the page as if it were kept.
        return Account.objects.get(email=self.request.user.get_username())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        return super().get_context_data(representations=spoken_for(self.object), **kwargs)


class SignOut(LogoutView):
    """Signing out; what a page has kept in this browser goes, too."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign out."""
        response = super().post(*args, **kwargs)
        response["Clear-Site-Data"] = '"storage"'
        return response


@method_decorator(never_cache, name="dispatch")
class Sessions(LoginRequiredMixin, TemplateView):
    """Where somebody is signed in, and how they sign out there."""

    template_name = "usersessions/usersession_list.html"
    extra_context = {"title": gettext_lazy("Where you are signed in")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        return super().get_context_data(
            sessions=sessions_of(self.request.user),
            current=self.request.session.session_key,
            **kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Sign out where it is asked for: in one of one's own sessions, or in all others."""
        here = request.session.session_key
        chosen = request.POST.get("session", "")
        ended = [
            session.session_key
            for session in sessions_of(request.user)
            if chosen == str(session.pk) or (chosen == "others" and session.session_key != here)
        ]
        end_sessions(request.user, ended)
        if ended and here not in ended:
            messages.success(request, gettext("You are signed out there."))
        return HttpResponseRedirect(reverse("usersessions_list"))
