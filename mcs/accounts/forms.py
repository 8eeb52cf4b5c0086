"""The forms of signing up, signing in and of the account."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from orgs.access.account import Account
from orgs.records.characters import LineField
from orgs.records.languages import LanguageSelect

PASSWORD_HELP = _("At least 12 characters. Do not use a common password.")


class LabelsMixin:
    """A form of django-allauth with other texts: `labels` has the label and help of each field.

    Fields have no placeholders: these vanish when the reader starts to type.
    """

    fields: dict[str, Any]
    labels: dict[str, tuple[Any, Any]] = {}
    common_labels = {
        "email": (_("e-mail address"), ""),
        "login": (_("e-mail address"), ""),
        "code": (_("Code"), ""),
        "oldpassword": (_("Present password"), ""),
        "password": (_("Password"), ""),
        "password1": (_("New password"), PASSWORD_HELP),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Typed once: after a typing error a code by e-mail allows to set another one.
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label, field.help_text = {**self.common_labels, **self.labels}.get(
                name, (field.label, field.help_text)
            )
            if name in ("code", "email", "login"):
                field.widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}
            if name == "login":
                # Password managers fill in a `username`, which HTML does not allow for type=email.
                field.widget.input_type = "text"
                field.widget.attrs |= {"autocomplete": "username", "inputmode": "email"}


class SignInForm(LabelsMixin, allauth_forms.LoginForm):
    """Signing in by password, or by a code sent by e-mail."""

    labels = {"password": (_("Password"), _("Not needed if you sign in with a code."))}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.EMAIL_SENT:
            self.fields["password"].help_text = ""

    def clean_password(self) -> str:
        """The password; empty if a code is requested."""
        by_code = settings.EMAIL_SENT and self.data.get("by") == "code"
        return "" if by_code else self.cleaned_data["password"]

    def _clean_fields(self) -> None:
        if settings.EMAIL_SENT and self.data.get("by") == "code":
            self.fields["password"].required = False
        super()._clean_fields()


class SignUpForm(LabelsMixin, allauth_forms.SignupForm):
    """Signing up with an address and an optional display name."""

    display_name = LineField(required=False, max_length=80)
    labels = {
        "email": (
            _("e-mail address"),
            _("For signing in and for messages. Never shown to anyone."),
        ),
        "display_name": (
            _("display name"),
            _("How other editors see you. A pseudonym is fine. Never shown in public."),
        ),
    }
    field_order = ("email", "display_name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password1"]
        self.fields["display_name"].widget.attrs["autocomplete"] = "nickname"


class SignInCodeForm(LabelsMixin, allauth_forms.ConfirmLoginCodeForm):
    """The code sent for signing in."""


class AddressCodeForm(LabelsMixin, allauth_forms.ConfirmEmailVerificationCodeForm):
    """The code sent to a new address."""


class PasswordCodeForm(LabelsMixin, allauth_forms.ConfirmPasswordResetCodeForm):
    """The code sent for a forgotten password."""


class AddressForm(LabelsMixin, allauth_forms.AddEmailForm):
    """Another address for the account."""

    labels = {"email": (_("New e-mail address"), "")}


class OtherAddressForm(LabelsMixin, allauth_forms.ChangeEmailForm):
    """Another address, before the first one is confirmed."""


class ForgottenForm(LabelsMixin, allauth_forms.ResetPasswordForm):
    """The address of an account whose password is forgotten."""


class ChangePassword(LabelsMixin, allauth_forms.ChangePasswordForm):
    """Changing the password with the current one."""


class FirstPassword(LabelsMixin, allauth_forms.SetPasswordForm):
    """A password for an account without one."""


class OtherPassword(LabelsMixin, allauth_forms.ResetPasswordKeyForm):
    """A new password after a code sent by e-mail."""


class ConfirmForm(LabelsMixin, allauth_forms.ReauthenticateForm):
    """The password, before changes of the account."""


class NameForm(forms.ModelForm):
    """The display name and the language of messages."""

    language = forms.ChoiceField(
        label=_("Language of messages"),
        choices=settings.LANGUAGES,
        required=False,
        widget=LanguageSelect,
    )

    class Meta:
        model = Account
        fields = ("display_name", "language")
        field_classes = {"display_name": LineField}
        widgets = {"display_name": forms.TextInput(attrs={"autocomplete": "nickname"})}
