"""The app of what organizations do together."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """What they do together: gatherings, campaigns, instruments, projects, demands, cases."""

    name = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "What they do together"
