"""The pages of accounts and groups: who may sign in, and who may accept proposals."""

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
from orgs.review.admin_base import Unlogged


class NewAccountForm(BaseUserCreationForm):
    """What a new account needs."""

    class Meta:
        model = Account
        fields = ("email", "display_name")
        field_classes: dict = {}

    def clean_email(self) -> str:
        """Return the address as all are kept: in small letters."""
        return self.cleaned_data["email"].lower()


class PasswordNote(ReadOnlyPasswordHashWidget):
    """What is told about a password that nobody can read: a text, and so never disabled."""

    def get_context(self, name, value, attrs):
        """Return what the note shows: that there is one, and nothing of what is kept of it."""
        context = super().get_context(name, value, attrs)
        there = is_password_usable(value) if value else False
        said = gettext("A password is set.") if there else gettext("No password is set.")
        context |= {"summary": [{"label": said}], "button_label": gettext("Set a new password")}
        for name_of_fields in ("disabled", "aria-describedby"):
            context["widget"]["attrs"].pop(name_of_fields, None)
        return context


class AccountForm(UserChangeForm):
    """What may be changed about an account."""

    password = ReadOnlyPasswordHashField(
        label=UserChangeForm.base_fields["password"].label,
        help_text=UserChangeForm.base_fields["password"].help_text,
        widget=PasswordNote,
    )

    class Meta:
        model = Account
        fields = ("email", "display_name", "password", "is_active", "is_staff", "groups")
        widgets = {"groups": forms.CheckboxSelectMultiple}
        field_classes: dict = {}

    def clean_email(self) -> str:
        """Return the address as all are kept: in small letters."""
        return self.cleaned_data["email"].lower()


class AccountAdmin(Unlogged, UserAdmin):
    """Accounts. Only an administrator makes editors, and nobody else touches an administrator.

    Who has Django's own permissions for accounts helps with the rest of them.
    """

    form = AccountForm
    add_form = NewAccountForm
    add_form_template = "admin/change_form.html"
    ordering = ("email",)
    list_display = ("email", "display_name", "may", "standing")
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
    def may(self, account: Account) -> str:
        """Return what the account is for, in a word."""
        if account.is_superuser:
            return gettext("administrator")
        return gettext("editor") if account.is_staff else ""

    @admin.display(description=gettext_lazy("state"), ordering="is_active")
    def standing(self, account: Account) -> str:
        """Return whether nobody can sign in with it any more."""
        return "" if account.is_active else gettext("closed")

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> tuple[str, ...]:
        """Return what only an administrator changes: otherwise editors could promote themselves."""
        manages = can(request.user, Right.MANAGE_ACCOUNTS)
        return () if manages else ("is_staff", "groups")

    def _is_protected(self, request: HttpRequest, obj: Any) -> bool:
        """Whether an account is an administrator's, which only administrators touch."""
        administrators = obj is not None and obj.is_superuser
        return administrators and not can(request.user, Right.MANAGE_ACCOUNTS)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        """Whether this person may change the account: an administrator's, only administrators."""
        return not self._is_protected(request, obj) and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Keep the account. Another address has to be confirmed anew, and the old one is told."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            if change and {"is_active", "is_staff", "groups"} & {*form.changed_data}:
                # Who may do more or less from now on signs in anew.
                for session in UserSession.objects.filter(user=obj):
                    session.end()
            if not change or "email" not in form.changed_data:
                return
            EmailAddress.objects.filter(user=obj).delete()
            EmailAddress.objects.create(user=obj, email=obj.email, primary=True)
        before = form.initial["email"]
        get_adapter(request).send_notification_mail(
            "account/email/email_changed",
            obj,
            context={"from_email": before, "to_email": obj.email},
            email=before,
        )

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Whether this person may delete the account. What it contributed stays."""
        return not self._is_protected(request, obj) and super().has_delete_permission(request, obj)


class EditorGroupAdmin(Unlogged, GroupAdmin):
    """Groups, by which the right to accept proposals is given: `orgs.change_changeset`."""

    # A plain list: the one of two columns tells its help to nobody who listens.
    filter_horizontal = ()
