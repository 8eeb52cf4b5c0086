"""The forms of signing up, signing in and of one's account, in our words."""

from typing import Any

from allauth.account import forms as stock
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from orgs.access.account import Account
from orgs.records.characters import LineField
from orgs.records.languages import Tongues

PASSWORD_HELP = _("At least 12 characters, and nothing that many people use.")


class Worded:
    """A form of django-allauth with our words: `words` are the label and the help of each field.

    What stands inside an empty field is no help to whoever fills it in, so nothing does.
    """

    fields: dict[str, Any]
    words: dict[str, tuple[Any, Any]] = {}
    common = {
        "email": (_("e-mail address"), ""),
        "login": (_("e-mail address"), ""),
        "code": (_("Code"), ""),
        "oldpassword": (_("Present password"), ""),
        "password": (_("Password"), ""),
        "password1": (_("New password"), PASSWORD_HELP),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Typed once: whoever mistypes it asks for a code and sets another.
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label, field.help_text = {**self.common, **self.words}.get(
                name, (field.label, field.help_text)
            )
            if name in ("code", "email", "login"):
                field.widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}
            if name == "login":
                # What a manager of passwords fills in is a name, in HTML: no field for addresses.
                field.widget.input_type = "text"
                field.widget.attrs |= {"autocomplete": "username", "inputmode": "email"}


class SignInForm(Worded, stock.LoginForm):
    """Signing in by a password, or by a code that is sent."""

    words = {"password": (_("Password"), _("Not needed if you let a code be sent to you."))}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.EMAIL_SENT:
            self.fields["password"].help_text = ""

    def clean_password(self) -> str:
        """Return the password, or nothing if a code is asked for."""
        by_code = settings.EMAIL_SENT and self.data.get("by") == "code"
        return "" if by_code else self.cleaned_data["password"]

    def _clean_fields(self) -> None:
        if settings.EMAIL_SENT and self.data.get("by") == "code":
            self.fields["password"].required = False
        super()._clean_fields()


class SignUpForm(Worded, stock.SignupForm):
    """Signing up: an address, and a name that may be made up."""

    display_name = LineField(required=False, max_length=80)
    words = {
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


class SignInCodeForm(Worded, stock.ConfirmLoginCodeForm):
    """The code that was sent for signing in."""


class AddressCodeForm(Worded, stock.ConfirmEmailVerificationCodeForm):
    """The code that was sent to a new address."""


class PasswordCodeForm(Worded, stock.ConfirmPasswordResetCodeForm):
    """The code that was sent to whoever has forgotten a password."""


class AddressForm(Worded, stock.AddEmailForm):
    """Another address for one's account."""

    words = {"email": (_("New e-mail address"), "")}


class OtherAddressForm(Worded, stock.ChangeEmailForm):
    """Another address while the first one is not confirmed yet."""


class ForgottenForm(Worded, stock.ResetPasswordForm):
    """The address of whoever has forgotten a password."""


class ChangePassword(Worded, stock.ChangePasswordForm):
    """Another password, for who knows the present one."""


class FirstPassword(Worded, stock.SetPasswordForm):
    """A password for an account that had none."""


class OtherPassword(Worded, stock.ResetPasswordKeyForm):
    """Another password, for who has proved to read the messages of the account."""


class ConfirmForm(Worded, stock.ReauthenticateForm):
    """The password once more, before an account is changed."""


class NameForm(forms.ModelForm):
    """The name by which other editors know somebody, and the language to write to them in."""

    language = forms.ChoiceField(
        label=_("Language of messages"),
        choices=settings.LANGUAGES,
        required=False,
        widget=Tongues,
    )

    class Meta:
        model = Account
        fields = ("display_name", "language")
        field_classes = {"display_name": LineField}
        widgets = {"display_name": forms.TextInput(attrs={"autocomplete": "nickname"})}
