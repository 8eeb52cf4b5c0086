"""The editors' screens of what organizations do together."""

from django.contrib import admin

from orgs.admin import RecordAdmin

from .models import Campaign, Case, Demand, Gathering, Instrument, Project

admin.site.register((Campaign, Case, Demand, Gathering, Instrument, Project), RecordAdmin)
