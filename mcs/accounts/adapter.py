"""The adapter of django-allauth: rules, messages and redirects of accounts."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from orgs.messaging import NotSent

from .devices import describe_device
from .hmac import network_hmac
from .known_browsers import is_known_browser, remember_browser


class AccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "duplicate_email": _("This is your address already."),
        "email_password_mismatch": _(
            "No account has this e-mail address with this password. Check both: capital letters"
            " count in the password."
        ),
        "email_taken": _("This address cannot be used. Choose another one."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_code": _("The code is wrong. Check it, or request a new one."),
        "incorrect_password": _("This is not your password."),
        "invalid_login": _("No account has this e-mail address."),
        "rate_limited": _("Too many attempts. Wait a few minutes."),
        "same_as_current": _("This is your address already."),
        "too_many_login_attempts": _(
            "Too many attempts. Wait a few minutes, or sign in another way."
        ),
        "unverified_primary_email": _("Confirm your address first."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Signing up needs a code sent by e-mail."""
        return settings.EMAIL_SENT

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """Store the display name and the language of the page with the new account."""
        user.display_name = form.cleaned_data.get("display_name", "")
        user.language = get_language() or ""
        return super().save_user(request, user, form, commit)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("admin:index" if request.user.is_staff else "account")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        return reverse("account")

    def get_client_ip(self, request: HttpRequest) -> str:
        """A hash of the visitor's network, in place of the address."""
        return network_hmac(get_client_ip(request) or "")

    def get_http_user_agent(self, request: HttpRequest) -> str:
        return describe_device(request.META.get("HTTP_USER_AGENT", ""))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count attempts of known browsers separately.

        So strangers cannot lock the owner of an account out of signing in by password.
        """
        key = super()._get_login_attempts_cache_key(request, **credentials)
        is_known = is_known_browser(request, credentials.get("email", ""))
        return f"{key}:known" if is_known else key

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        """Remember the browser as one of this account."""
        response = super().post_login(request, user, **kwargs)
        remember_browser(request, response, user.email)
        return response

    def get_reauthentication_methods(self, user: Any) -> list[dict]:
        descriptions = {
            "reauthenticate": _("With your password"),
            "mfa_reauthenticate": _("With a code of your app, or on paper"),
            "mfa_reauthenticate:webauthn": _("With a passkey"),
        }
        methods = super().get_reauthentication_methods(user)
        return [{**method, "description": descriptions[method["id"]]} for method in methods]

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Send a message in the language of the current page. Raises NotSent."""
        request = self.request
        defaults = {
            "site_name": settings.SITE_NAME,
            "account_url": request.build_absolute_uri(reverse("account")),
            "sign_in_url": request.build_absolute_uri(reverse("account_login")),
        }
        message = self.render_mail(template_prefix, email, {**defaults, **context})
        try:
            message.send()
        except OSError as error:  # includes the errors of smtplib
            raise NotSent from error

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the owner of an address that it was used to sign up."""
        self.send_mail("account/email/account_already_exists", email, {})
