"""The forms of second factors."""

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

from .forms import LabelsMixin

log = logging.getLogger(__name__)


class FactorForm(LabelsMixin, base.AuthenticateForm):
    """A code of the app, or a recovery code."""

    labels = {"code": (_("Code"), _("From your app, or one of your codes on paper."))}


class ConfirmFactorForm(LabelsMixin, base.ReauthenticateForm):
    """The same, before changes of the account."""

    labels = FactorForm.labels


class AppForm(LabelsMixin, totp.ActivateTOTPForm):
    """The first code of an app, to prove that it has the secret."""

    labels = {"code": (_("Code"), _("The six digits that the app shows."))}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class CredentialField(forms.JSONField):
    """The response of a passkey.

    Invalid if it is not JSON, nested too deeply, or contains text that cannot be stored.
    """

    def to_python(self, value: Any) -> Any:
        try:
            credential = super().to_python(value)
            text = json.dumps(credential, ensure_ascii=False)
            text.encode()
        except (RecursionError, UnicodeEncodeError) as error:
            raise ValidationError(self.error_messages["invalid"]) from error
        if "\\u0000" in text:
            raise ValidationError(self.error_messages["invalid"])
        return credential


class CredentialMixin:
    """A form with the response of a passkey, which is rejected if it is malformed in any way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = CredentialField(widget=forms.HiddenInput)  # type: ignore[attr-defined]

    def clean_credential(self) -> Any:
        clean: Any = getattr(super(), "clean_credential", None)
        return self._reject_malformed(clean) if clean else self.cleaned_data["credential"]  # type: ignore[attr-defined]

    def clean(self) -> Any:
        return self._reject_malformed(super().clean)  # type: ignore[misc]

    def _reject_malformed(self, clean: Any) -> Any:
        """Call `clean`; raise ValidationError if it cannot read the response."""
        try:
            return clean()
        except (ValidationError, Error):
            raise
        except Exception as error:
            # The libraries assume a well-formed response and raise various errors for a forged one.
            # The error's type is logged: if it were a bug, passkeys would stop working silently.
            log.warning("A passkey could not be read: %s", type(error).__name__)
            raise get_adapter().validation_error("incorrect_code") from error


class ShownPasskeyForm(CredentialMixin, webauthn.LoginWebAuthnForm):
    """Signing in with a passkey alone."""


class FactorPasskeyForm(CredentialMixin, webauthn.AuthenticateWebAuthnForm):
    """A passkey as second factor."""


class ConfirmPasskeyForm(CredentialMixin, webauthn.ReauthenticateWebAuthnForm):
    """A passkey, before changes of the account."""


class PasskeyForm(CredentialMixin, LabelsMixin, webauthn.AddWebAuthnForm):
    labels = {
        "name": (_("Name"), _("A name that helps you recognize it, such as the device it is on.")),
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
        return super().clean_name()[:60]


class PasskeyNameForm(LabelsMixin, webauthn.EditWebAuthnForm):
    labels = {"name": PasskeyForm.labels["name"]}

    def clean_name(self) -> str:
        return self.cleaned_data["name"][:60]
