"""The addresses of signing up, signing in and of the account, below /account/.

The names are those that django-allauth uses for its redirects. Its views have no titles, so these
are here.
"""

from typing import Any

from allauth.account import views
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as apps
from allauth.mfa.webauthn import views as passkeys
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from .constant_time import constant_time
from .views import Overview, Sessions, SignOut


def page(address: str, view: Any, name: str, title: Any) -> URLPattern:
    return path(address, with_title(view, title), name=name)


def lookup_page(address: str, view: Any, name: str, title: Any) -> URLPattern:
    """A page that looks up accounts by e-mail address, in constant time."""
    return path(address, constant_time(with_title(view, title)), name=name)


def with_title(view: Any, title: Any) -> Any:
    """A view of django-allauth with a title, never cached."""
    return never_cache(view.as_view(extra_context={"title": title}))


urlpatterns = [
    path("", Overview.as_view(), name="account"),
    lookup_page("sign-in/", views.LoginView, "account_login", _("Sign in")),
    # The same page requests a code.
    lookup_page("sign-in/", views.LoginView, "account_request_login_code", _("Sign in")),
    page(
        "sign-in/code/",
        views.ConfirmLoginCodeView,
        "account_confirm_login_code",
        _("The code that was sent"),
    ),
    lookup_page("sign-up/", views.SignupView, "account_signup", _("Sign up")),
    page("sign-out/", SignOut, "account_logout", _("Sign out")),
    page("closed/", views.AccountInactiveView, "account_inactive", _("This account is closed")),
    page("confirm/", views.ReauthenticateView, "account_reauthenticate", _("Is it you?")),
    page("address/", views.EmailView, "account_email", _("Your e-mail address")),
    page(
        "address/code/",
        views.ConfirmEmailVerificationCodeView,
        "account_email_verification_sent",
        _("Confirm your address"),
    ),
    page(
        "password/", views.PasswordChangeView, "account_change_password", _("Change your password")
    ),
    page("password/first/", views.PasswordSetView, "account_set_password", _("Set a password")),
    lookup_page(
        "password/forgotten/",
        views.PasswordResetView,
        "account_reset_password",
        _("Forgotten your password?"),
    ),
    page(
        "password/forgotten/code/",
        views.ConfirmPasswordResetCodeView,
        "account_confirm_password_reset_code",
        _("The code that was sent"),
    ),
    page(
        "password/forgotten/new/",
        views.CompletePasswordResetView,
        "account_complete_password_reset",
        _("Set a password"),
    ),
    page(
        "password/forgotten/done/",
        views.PasswordResetFromKeyDoneView,
        "account_password_reset_completed",
        _("Your new password is set"),
    ),
    path("sessions/", Sessions.as_view(), name="usersessions_list"),
    page("sign-in/passkey/", passkeys.LoginWebAuthnView, "mfa_login_webauthn", _("Sign in")),
    page(
        "sign-in/second-factor/",
        factors.AuthenticateView,
        "mfa_authenticate",
        _("Your second factor"),
    ),
    page("confirm/code/", factors.ReauthenticateView, "mfa_reauthenticate", _("Is it you?")),
    page(
        "confirm/passkey/",
        passkeys.ReauthenticateWebAuthnView,
        "mfa_reauthenticate_webauthn",
        _("Is it you?"),
    ),
    page("second-factor/", factors.IndexView, "mfa_index", _("Your second factor")),
    # The same page lists the passkeys.
    page("second-factor/", factors.IndexView, "mfa_list_webauthn", _("Your second factor")),
    page("second-factor/app/", apps.ActivateTOTPView, "mfa_activate_totp", _("Set up an app")),
    page(
        "second-factor/app/remove/",
        apps.DeactivateTOTPView,
        "mfa_deactivate_totp",
        _("Remove the app"),
    ),
    page(
        "second-factor/passkeys/add/",
        passkeys.AddWebAuthnView,
        "mfa_add_webauthn",
        _("Add a passkey"),
    ),
    page(
        "second-factor/passkeys/<int:pk>/name/",
        passkeys.EditWebAuthnView,
        "mfa_edit_webauthn",
        _("Rename the passkey"),
    ),
    page(
        "second-factor/passkeys/<int:pk>/remove/",
        passkeys.RemoveWebAuthnView,
        "mfa_remove_webauthn",
        _("Remove the passkey"),
    ),
    page(
        "second-factor/codes/",
        recovery_codes.ViewRecoveryCodesView,
        "mfa_view_recovery_codes",
        _("Codes on paper"),
    ),
    page(
        "second-factor/codes/new/",
        recovery_codes.GenerateRecoveryCodesView,
        "mfa_generate_recovery_codes",
        _("Make new codes"),
    ),
    page(
        "second-factor/codes/download/",
        recovery_codes.DownloadRecoveryCodesView,
        "mfa_download_recovery_codes",
        _("Codes on paper"),
    ),
]
