"""The second factor: an app that shows codes, a passkey, and codes on paper for the day both fail.

Whoever is staff needs one: their account opens the desk, from where much can be hidden or shown.
"""

import base64
from typing import Any, ClassVar

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from qrcode.main import QRCode

from orgs.access.account import Account
from orgs.security import digest

from .sessions import end_other_sessions

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as one. Codes on paper come with these, and go with them."""


class Factors(DefaultMFAAdapter):
    """Second factors: what they are called, and how their secrets are kept."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _("This cannot be removed."),
        "cannot_generate_recovery_codes": _("Set up an app or a passkey first."),
        "incorrect_code": _(
            "The code is wrong. Wait for the next one, or choose another way to sign in."
        ),
        "unverified_email": _("Confirm your address first."),
    }

    def encrypt(self, text: str) -> str:
        """Return a secret as it is kept: a copy of the database alone opens nothing."""
        return box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret again."""
        return box().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        """Return the picture that an app photographs, as the path of one shape on a grid of dots.

        The page draws it: a picture inside an address is nothing that our pages may load.
        """
        code = QRCode(border=0)
        code.add_data(url)
        code.make(fit=True)
        return "".join(
            f"M{x} {y}h1v1h-1z"
            for y, row in enumerate(code.get_matrix())
            for x, dark in enumerate(row)
            if dark
        )

    def _get_site_name(self) -> str:
        return settings.SITE_NAME

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """Return how a passkey is called whose owner gives it no name."""
        return str(_("Passkey"))


def box() -> MultiFernet:
    """Return what locks secrets: with the present key, and unlocks with those before it, too."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(digest("factor", "", str(key)))) for key in keys]
    )


def has_factor(account: Any) -> bool:
    """Whether somebody has set up a second factor."""
    return Authenticator.objects.filter(user=account, type__in=FACTORS).exists()


def came_with_factor(request: HttpRequest) -> bool:
    """Whether whoever asks has a second factor, and has shown it since signing in.

    A session from before it was set up has not: somebody else may have begun that one.
    """
    shown = any(
        record["method"] == "mfa" for record in get_authentication_records(request, request.user)
    )
    return shown and has_factor(request.user)


@receiver(authenticator_added)
def shown_by_setting_up(
    request: HttpRequest, user: Account, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Setting one up is showing it; everywhere else one has to sign in again, with it."""
    if authenticator.type not in FACTORS:
        return
    record_authentication(request, user, method="mfa", id=authenticator.pk, type=authenticator.type)
    end_other_sessions(user, but=request.session.session_key)
