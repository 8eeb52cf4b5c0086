"""The editors' screens of what organizations do together."""

from django.contrib import admin

from campaigns.models import Campaign, Case, Demand, Gathering, Instrument, Project
from orgs.admin import RecordAdmin

admin.site.register((Campaign, Case, Demand, Gathering, Instrument, Project), RecordAdmin)
