"""The forms of second factors, in our words."""

import json
import logging
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.db import Error
from django.utils.translation import gettext_lazy as _

from .forms import Worded

log = logging.getLogger(__name__)


class FactorForm(Worded, base.AuthenticateForm):
    """A code of the app, or one on paper."""

    words = {"code": (_("Code"), _("From your app, or one of your codes on paper."))}


class ConfirmFactorForm(Worded, base.ReauthenticateForm):
    """The same, before an account is changed."""

    words = FactorForm.words


class AppForm(Worded, totp.ActivateTOTPForm):
    """The first code of an app, which proves that it has the secret."""

    words = {"code": (_("Code"), _("Six figures that the app shows now."))}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class Said(forms.JSONField):
    """What a passkey says."""

    def to_python(self, value: Any) -> Any:
        """Return it as Python.

        Raises ValidationError where it is no JSON, endlessly deep, or nothing that can be kept.
        """
        try:
            told = super().to_python(value)
            text = json.dumps(told, ensure_ascii=False)
            text.encode()
        except (RecursionError, UnicodeEncodeError) as error:
            raise ValidationError(self.error_messages["invalid"]) from error
        if "\\u0000" in text:
            raise ValidationError(self.error_messages["invalid"])
        return told


class Whole:
    """A form with what a passkey says. It may be broken in any way: then it is refused."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = Said(widget=forms.HiddenInput)  # type: ignore[attr-defined]

    def clean_credential(self) -> Any:
        """Return the passkey that is shown, or what is said by a new one."""
        clean: Any = getattr(super(), "clean_credential", None)
        return self.whole(clean) if clean else self.cleaned_data["credential"]  # type: ignore[attr-defined]

    def clean(self) -> Any:
        """Return what was sent."""
        return self.whole(super().clean)  # type: ignore[misc]

    def whole(self, clean: Any) -> Any:
        """Return what `clean` does. Raises ValidationError where it cannot read what was sent."""
        try:
            return clean()
        except (ValidationError, Error):
            raise
        except Exception as error:
            # What reads a passkey takes its shape for granted, and fails in any way where a program
            # made it up: each time that is an answer to refuse. Its kind is noted, for if it were
            # a mistake of ours, passkeys would open nothing and nobody would know why.
            log.warning("A passkey could not be read: %s", type(error).__name__)
            raise get_adapter().validation_error("incorrect_code") from error


class ShownPasskeyForm(Whole, webauthn.LoginWebAuthnForm):
    """A passkey that opens alone."""


class FactorPasskeyForm(Whole, webauthn.AuthenticateWebAuthnForm):
    """A passkey as second factor."""


class ConfirmPasskeyForm(Whole, webauthn.ReauthenticateWebAuthnForm):
    """A passkey, before an account is changed."""


class PasskeyForm(Whole, Worded, webauthn.AddWebAuthnForm):
    """A new passkey."""

    words = {
        "name": (_("Name"), _("How you tell it from others, such as the device it is on.")),
        "passwordless": (
            _("Sign in with it alone"),
            _("The device asks for your finger, face or code instead of a password."),
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].max_length = 60
        self.fields["name"].widget.attrs["maxlength"] = "60"
        self.fields["passwordless"].initial = True

    def clean_name(self) -> str:
        """Return the name, as long as it may be."""
        return super().clean_name()[:60]


class PasskeyNameForm(Worded, webauthn.EditWebAuthnForm):
    """Another name for a passkey."""

    words = {"name": PasskeyForm.words["name"]}

    def clean_name(self) -> str:
        """Return the name, as long as it may be."""
        return self.cleaned_data["name"][:60]
