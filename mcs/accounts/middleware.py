"""What is done first, before an account is changed."""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode


def confirmed_first(get_response: Callable) -> Callable:
    """Return the middleware: leads to where people confirm that it is they, and back.

    django-allauth would keep a form that was sent until then, with all that came along: network
    address, cookies and passwords, readable for whoever reads the table of sessions. So nothing is
    kept here, and the form is filled in again.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ReauthenticationRequired):
            return None
        ways = get_adapter().get_reauthentication_methods(request.user)
        way = ways[0]["url"] if ways else reverse("account_login")
        query = urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})
        return HttpResponseRedirect(f"{way}?{query}")

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware
