"""The app of what organizations do together."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class CampaignsConfig(AppConfig):
    """What they do together: gatherings, campaigns, instruments, projects, demands, cases."""

    name = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = gettext_lazy("What they do together")

    def ready(self) -> None:
        """Compute findings from what actors do together."""
        # There are no models before.
        from campaigns.analysis.analyzer import Analyzer  # it reads them
        from orgs.projection.analysis import ANALYZERS

        ANALYZERS.append(Analyzer())
