"""The second factor: an app that shows codes, or a passkey, with recovery codes on paper.

Staff accounts need one: they have access to the admin, where they hide and publish records.
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
"""The types that count as one. Recovery codes are created and removed with them."""


class FactorAdapter(DefaultMFAAdapter):
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
        """Secrets are encrypted, so that a copy of the database is not enough to sign in."""
        return cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return cipher().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        """The QR code as the path of an SVG shape, one unit for each module.

        The template draws it: the content security policy forbids images in data URLs.
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
        return str(_("Passkey"))


def cipher() -> MultiFernet:
    """Encrypts with the current SECRET_KEY; decrypts with SECRET_KEY_FALLBACKS, too."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(digest("factor", "", str(key)))) for key in keys]
    )


def has_factor(account: Any) -> bool:
    return Authenticator.objects.filter(user=account, type__in=FACTORS).exists()


def has_verified_factor(request: HttpRequest) -> bool:
    """Whether the account has a second factor, and this session has used it.

    A session from before its setup has not: another person may have started that one.
    """
    was_used = any(
        record["method"] == "mfa" for record in get_authentication_records(request, request.user)
    )
    return was_used and has_factor(request.user)


@receiver(authenticator_added)
def record_new_factor(
    request: HttpRequest, user: Account, authenticator: Authenticator, **kwargs: Any
) -> None:
    """The session that sets up a factor has used it; all other sessions end."""
    if authenticator.type not in FACTORS:
        return
    record_authentication(request, user, method="mfa", id=authenticator.pk, type=authenticator.type)
    end_other_sessions(user, but=request.session.session_key)
