"""The app in which the others are assembled."""

from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy

from mcs.access import check_access
from mcs.deployment import check_deployment
from mcs.embedded.database import check_database
from mcs.mail import check_mail


class SiteConfig(AppConfig):
    """The site: settings, addresses, and the pages that belong to no other app."""

    name = "mcs"
    verbose_name = "Site"

    def ready(self) -> None:
        """Say what a database lacks before anything is tried with it."""
        register(check_database, Tags.database)
        register(check_mail, Tags.security, deploy=True)
        register(check_deployment, Tags.security, deploy=True)
        register(check_access, Tags.urls)
        from mcs.accounts import factors, sessions, sign_in_alerts  # noqa: F401 - they listen; there are models now

        for owner, attribute in named_by_code():
            setattr(owner, attribute, gettext_lazy(str(getattr(owner, attribute))))


def named_by_code() -> Iterator[tuple[Any, str]]:
    """Give every model and field of ours that Django calls after its name in the code.

    Each with the attribute that holds what it is called. Editors read these names on their
    screens, so they are translated like the rest; what has a name of its own is marked there.
    """
    for app in ("orgs", "campaigns"):
        for model in apps.get_app_config(app).get_models():
            for attribute in ("verbose_name", "verbose_name_plural"):
                if attribute not in model._meta.original_attrs:
                    yield model._meta, attribute
            for field in model._meta.local_fields:
                if (field.editable or field.choices) and not getattr(field, "_verbose_name", None):
                    yield field, "verbose_name"
