"""The app of organizations and the statements about them."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy


class OrgsConfig(AppConfig):
    """Organizations, the statements about them, and the networks they belong to."""

    name = "orgs"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = gettext_lazy("Organizations")

    def ready(self) -> None:
        """Reinstall the SQL of the projection after migrations, and set the role of readers."""
        # They read the models, which are not there before.
        from orgs.changes import rebuild
        from orgs.projection import database_role, install

        database_role.watch_connections()
        pre_migrate.connect(install.uninstall, sender=self)
        post_migrate.connect(rebuild.after_migrate, sender=self)
