"""Reauthentication before changes of an account."""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode


def redirect_to_reauthentication(get_response: Callable) -> Callable:
    """Middleware that sends people to reauthenticate, and then back to the page.

    django-allauth would store the submitted form in the session until then, with network address,
    cookies and passwords in plain text. Here nothing is stored, and people fill in the form again.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ReauthenticationRequired):
            return None
        methods = get_adapter().get_reauthentication_methods(request.user)
        url = methods[0]["url"] if methods else reverse("account_login")
        query = urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})
        return HttpResponseRedirect(f"{url}?{query}")

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware
