"""The admin of accounts and groups: who may sign in, and who may accept proposals."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import (
    BaseUserCreationForm,
    ReadOnlyPasswordHashField,
    ReadOnlyPasswordHashWidget,
    UserChangeForm,
)
from django.contrib.auth.hashers import is_password_usable
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from orgs.access.account import Account
from orgs.access.roles import Right, can

from .base import UnloggedAdmin


class NewAccountForm(BaseUserCreationForm):
    class Meta:
        model = Account
        fields = ("email", "display_name")
        field_classes: dict = {}

    def clean_email(self) -> str:
        """Addresses are stored in lower case."""
        return self.cleaned_data["email"].lower()


class PasswordStatusWidget(ReadOnlyPasswordHashWidget):
    """Shows whether a password is set. It is text rather than an input, so never disabled."""

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        is_set = is_password_usable(value) if value else False
        status = gettext("A password is set.") if is_set else gettext("No password is set.")
        context |= {"summary": [{"label": status}], "button_label": gettext("Set a new password")}
        for attribute in ("disabled", "aria-describedby"):
            context["widget"]["attrs"].pop(attribute, None)
        return context


class AccountForm(UserChangeForm):
    password = ReadOnlyPasswordHashField(
        label=UserChangeForm.base_fields["password"].label,
        help_text=UserChangeForm.base_fields["password"].help_text,
        widget=PasswordStatusWidget,
    )

    class Meta:
        model = Account
        fields = ("email", "display_name", "password", "is_active", "is_staff", "groups")
        widgets = {"groups": forms.CheckboxSelectMultiple}
        field_classes: dict = {}

    def clean_email(self) -> str:
        """Addresses are stored in lower case."""
        return self.cleaned_data["email"].lower()


class AccountAdmin(UnloggedAdmin, UserAdmin):
    """Accounts. Only administrators appoint editors and change administrators.

    Accounts with Django's permissions for accounts may change the others.
    """

    form = AccountForm
    add_form = NewAccountForm
    add_form_template = "admin/change_form.html"
    ordering = ("email",)
    list_display = ("email", "display_name", "role", "status")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("email", "display_name")
    filter_horizontal = ()
    search_help_text = gettext_lazy("Search by e-mail address or name")
    fieldsets = (
        (None, {"fields": ("email", "display_name", "password")}),
        (gettext_lazy("What this person may do"), {"fields": ("is_active", "is_staff", "groups")}),
    )
    add_fieldsets = (
        (
            None,
            {"fields": ("email", "display_name", "password1", "password2")},
        ),
    )

    @admin.display(description=gettext_lazy("what this person may do"), ordering="is_staff")
    def role(self, account: Account) -> str:
        if account.is_superuser:
            return gettext("administrator")
        return gettext("editor") if account.is_staff else ""

    @admin.display(description=gettext_lazy("state"), ordering="is_active")
    def status(self, account: Account) -> str:
        return "" if account.is_active else gettext("closed")

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> tuple[str, ...]:
        """Only administrators change roles: editors could otherwise promote themselves."""
        manages = can(request.user, Right.MANAGE_ACCOUNTS)
        return () if manages else ("is_staff", "groups")

    def _is_protected(self, request: HttpRequest, obj: Any) -> bool:
        """Whether an account is an administrator's, which only administrators change."""
        is_administrator = obj is not None and obj.is_superuser
        return is_administrator and not can(request.user, Right.MANAGE_ACCOUNTS)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return not self._is_protected(request, obj) and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the account. A new address has to be confirmed, and the old one is notified."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            if change and {"is_active", "is_staff", "groups"} & {*form.changed_data}:
                # Changed rights take effect with a new session.
                for session in UserSession.objects.filter(user=obj):
                    session.end()
            if not change or "email" not in form.changed_data:
                return
            EmailAddress.objects.filter(user=obj).delete()
            EmailAddress.objects.create(user=obj, email=obj.email, primary=True)
        old_email = form.initial["email"]
        get_adapter(request).send_notification_mail(
            "account/email/email_changed",
            obj,
            context={"from_email": old_email, "to_email": obj.email},
            email=old_email,
        )

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Contributions remain when their account is deleted."""
        return not self._is_protected(request, obj) and super().has_delete_permission(request, obj)


class EditorGroupAdmin(UnloggedAdmin, GroupAdmin):
    """Groups, which give the right to accept proposals: `orgs.change_changeset`."""

    # A plain list: the two-column widget does not expose its help to screen readers.
    filter_horizontal = ()
