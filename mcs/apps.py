"""The app in which the others are assembled."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from .database import check_database


class SiteConfig(AppConfig):
    """The site: settings, addresses, and the pages that belong to no other app."""

    name = "mcs"
    verbose_name = "Site"

    def ready(self) -> None:
        """Say what a database lacks before anything is tried with it."""
        register(check_database, Tags.database)
