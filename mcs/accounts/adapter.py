"""Our rules for accounts, where django-allauth asks for them."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from orgs.messaging import NotSent

from .devices import device
from .hmac import network_hmac
from .known import knows, remember


class Accounts(DefaultAccountAdapter):
    """Accounts: who may have one, what is told, what is sent, what is kept."""

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
        "incorrect_code": _("The code is wrong. Check it, or ask for a new one."),
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
        """Whether people can sign up: where no code can be sent, they cannot."""
        return settings.EMAIL_SENT

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """Return the new account, with the name that its owner chose, if any, and the language."""
        user.display_name = form.cleaned_data.get("display_name", "")
        user.language = get_language() or ""
        return super().save_user(request, user, form, commit)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return where to go first: editors to their desk, everybody else to their account."""
        return reverse("admin:index" if request.user.is_staff else "account")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return where to go with a new password."""
        return reverse("account")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        """Return where to go with a confirmed address."""
        return reverse("account")

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return what stands for the visitor's network. The address itself goes no further."""
        return network_hmac(get_client_ip(request) or "")

    def get_http_user_agent(self, request: HttpRequest) -> str:
        """Return what is told of a visitor's browser."""
        return device(request.META.get("HTTP_USER_AGENT", ""))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Return under which name guesses are counted: apart in a browser that has come in before.

        So strangers cannot close the way by password for the owner of an account.
        """
        name = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{name}:known" if knows(request, credentials.get("email", "")) else name

    def post_login(self, request: HttpRequest, user: Any, **more: Any) -> Any:
        """Return where to go, and let the browser know whom it has let in."""
        response = super().post_login(request, user, **more)
        remember(request, response, user.email)
        return response

    def get_reauthentication_methods(self, user: Any) -> list[dict]:
        """Return the ways to show once more who one is, in our words."""
        words = {
            "reauthenticate": _("With your password"),
            "mfa_reauthenticate": _("With a code of your app, or on paper"),
            "mfa_reauthenticate:webauthn": _("With a passkey"),
        }
        ways = super().get_reauthentication_methods(user)
        return [{**way, "description": words[way["id"]]} for way in ways]

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Send a message, in the language of the page that asked for it. Raises NotSent."""
        request = self.request
        known = {
            "site_name": settings.SITE_NAME,
            "account_url": request.build_absolute_uri(reverse("account")),
            "sign_in_url": request.build_absolute_uri(reverse("account_login")),
        }
        message = self.render_mail(template_prefix, email, {**known, **context})
        try:
            message.send()
        except OSError as error:  # what smtplib raises is one, too
            raise NotSent from error

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the owner of an address that somebody wanted to sign up with it."""
        self.send_mail("account/email/account_already_exists", email, {})
