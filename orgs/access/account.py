"""Accounts of people who sign in."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class AccountManager(BaseUserManager["Account"]):
    """Compares e-mail addresses without regard to case."""

    def create_user(self, email: str, password: str | None = None, **fields):
        """Raises ValueError without an e-mail address."""
        if not email:
            raise ValueError("An account needs an e-mail address to sign in with.")
        account = self.model(email=email.lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, email: str, password: str | None = None, **fields):
        """Create an administrator with a confirmed address.

        So the first one can sign in even where no messages are sent.
        """
        from allauth.account.models import EmailAddress  # which points here

        account = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
        return account

    def get_by_natural_key(self, email: str | None):
        return self.get(email__iexact=email)


class Account(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. Pseudonyms are welcome: there is no first and last name."""

    email = models.EmailField(
        _("e-mail address"),
        max_length=254,
        unique=True,
        help_text=_("For signing in and for messages. Never shown to anyone."),
    )
    display_name = models.CharField(
        max_length=80,
        blank=True,
        help_text=_("How other editors see you. A pseudonym is fine. Never shown in public."),
    )
    language = models.CharField(
        max_length=10, blank=True, help_text="In which messages are written, as BCP-47."
    )
    is_staff = models.BooleanField(
        _("editor"), default=False, help_text=_("May use the editors' screens.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = AccountManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                models.functions.Lower("email"),
                name="account_email_once",
                violation_error_message=_("An account with this e-mail address exists already."),
            ),
        )

    def __str__(self) -> str:
        return self.display_name or gettext("account %(number)s") % {"number": self.pk}
