"""The app of the site as a whole."""

from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy

from mcs.access import check_access
from mcs.deployment import check_deployment
from mcs.embedded.configuration import check_database
from mcs.mail import check_mail


class SiteConfig(AppConfig):
    """Settings, URLconf, and the pages that belong to no other app."""

    name = "mcs"
    verbose_name = "Site"

    def ready(self) -> None:
        """Register checks and signal receivers, and translate names of models and fields."""
        register(check_database, Tags.database)
        register(check_mail, Tags.security, deploy=True)
        register(check_deployment, Tags.security, deploy=True)
        register(check_access, Tags.urls)
        from mcs.accounts import factors, sessions, sign_in_alerts  # noqa: F401 - signal receivers, which need models

        for owner, attribute in implicit_names():
            setattr(owner, attribute, gettext_lazy(str(getattr(owner, attribute))))


def implicit_names() -> Iterator[tuple[Any, str]]:
    """Models and fields whose verbose name Django derives from the code, with its attribute.

    Editors read these names in the admin, so they have to be translated. Explicit verbose names are
    marked for translation where they are defined.
    """
    for app in ("orgs", "campaigns"):
        for model in apps.get_app_config(app).get_models():
            for attribute in ("verbose_name", "verbose_name_plural"):
                if attribute not in model._meta.original_attrs:
                    yield model._meta, attribute
            for field in model._meta.local_fields:
                if (field.editable or field.choices) and not getattr(field, "_verbose_name", None):
                    yield field, "verbose_name"
