"""Django's admin for records and reference tables. It writes only changesets and deletes nothing.

Editors propose, and read what is public. Moderators decide; what they save takes effect at once,
and what they read that is not public is noted in the reading log. `orgs.access.roles` has the
rights.
"""

from allauth.account.admin import EmailAddress, EmailConfirmation
from allauth.mfa.admin import Authenticator
from allauth.usersessions.admin import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group

from orgs.access.account import Account
from orgs.access.readings import Reading
from orgs.changes.unlisted import Unlisted
from orgs.records.arena import Arena
from orgs.records.organization import Organization
from orgs.records.partnership import Partnership
from orgs.records.place import Place
from orgs.records.record import Record
from orgs.records.source import Source
from orgs.records.term import Term

from .accounts import AccountAdmin, EditorGroupAdmin
from .readings import ReadingAdmin
from .records import AllRecordsAdmin, RecordAdmin
from .references import ArenaAdmin, SourceAdmin, TermAdmin
from .unlisted import UnlistedAdmin

admin.site.register((Organization, Partnership, Place), RecordAdmin)
admin.site.register(Record, AllRecordsAdmin)
admin.site.register(Source, SourceAdmin)
admin.site.register(Term, TermAdmin)
admin.site.register(Arena, ArenaAdmin)
admin.site.register(Account, AccountAdmin)
admin.site.register(Unlisted, UnlistedAdmin)
admin.site.register(Reading, ReadingAdmin)
admin.site.unregister(Group)
admin.site.register(Group, EditorGroupAdmin)
# Sign-in data is private, and django-allauth's screens would let editors change it.
for model in (EmailAddress, EmailConfirmation, Authenticator, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)

__all__ = ("RecordAdmin",)
