"""The preview of a profile: the entry as it will appear, and the button that submits it."""

import json
import uuid
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from orgs.access.representative import Representative
from orgs.changes.operations import Conflict
from orgs.gazetteer.resolving import ProposedPlaces
from orgs.pages.records import OrganizationPage
from orgs.projection.counter import Counter
from orgs.records.record import Record
from orgs.records.source import Tier
from orgs.sql import fetch_value

from . import drafts
from . import profile as profiles
from .drafts import Workspace
from .forms import STEPS
from .profile import Problems
from .views import ProfileView


class Preview(ProfileView, OrganizationPage):
    """The entry as it will appear, and the button that submits it."""

    # A preview has no address among the pages of entries.
    kinds: Any = ()
    document: dict

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_preview(drafts.open_workspace(self.account, self.record))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Submit the draft if its author agrees to the licence of the data."""
        workspace = drafts.open_workspace(self.account, self.record)
        if not request.POST.get("agreed"):
            message = gettext("Accept the licence to submit your changes.")
            return self.render_preview(workspace, [message], status=400)
        reason = gettext("The organization updated its own page.")
        try:
            token = uuid.UUID(request.POST.get("token", ""))
        except ValueError:
            token = uuid.uuid4()
        try:
            drafts.submit(workspace, reason, token, previewed=request.POST.get("shown", ""))
        except drafts.NothingChanged:
            pass
        except drafts.UnresolvedConflict:
            workspace = drafts.open_workspace(self.account, self.record)
            message = gettext(
                "Your draft has changed since this preview. Check it again, then submit."
            )
            messages = [] if workspace.conflicts() else [message]
            return self.render_preview(workspace, messages, status=409)
        except Conflict as conflict:
            return self.render_preview(workspace, [str(conflict)], status=409)
        except ValidationError as error:
            return self.render_preview(workspace, error.messages, status=400)
        return HttpResponseRedirect(self.url("submitted/"))

    def current_document(self) -> dict:
        return self.document

    def render_preview(
        self, workspace: Workspace, messages: Iterable[str] = (), status: int = 200
    ) -> HttpResponse:
        """Render the entry's own page with the document that accepting the draft would make."""
        errors = list(messages)
        conflicts = workspace.conflicts()
        typed = [name for name in workspace.draft.typed if name not in conflicts]
        problems = profiles.find_problems(self.record, workspace.profile(), typed)
        self.document = self.entry.read()
        if not problems:
            try:
                self.document |= compose_draft(workspace)
            except ValidationError as error:
                errors += error.messages
        context = self.get_context_data() | {
            "entry": self.entry,
            "title": gettext("Preview: %(name)s") % {"name": self.document["label"]},
            "key": drafts.form_key(self.account.pk, self.record.pk),
            "token": uuid.uuid4(),
            "fingerprint": workspace.fingerprint(),
            "errors": errors,
            "steps_to_fix": self.steps_to_fix(workspace, problems),
            "conflicts": [
                {"mine": workspace.field(name).value, "others": others}
                for name, others in conflicts.items()
            ],
            "unchanged": not workspace.changed(),
            "hidden_contacts": hidden_contacts(workspace),
            "here": self.url(),
            "trusted": Representative.objects.active()
            .filter(account=self.account, record=self.record, trusted=True)
            .exists(),
        }
        return render(self.request, "orgs/profiles/preview.html", context, status=status)

    def steps_to_fix(self, workspace: Workspace, problems: Problems) -> list[dict[str, Any]]:
        wrong = problems.keys() | workspace.conflicts().keys()
        return [
            {"title": form_class.title, "address": self.url(f"{code}/")}
            for code, form_class in STEPS.items()
            if not wrong.isdisjoint(form_class.names(workspace))
        ]


def compose_draft(workspace: Workspace) -> dict[str, Any]:
    """The public document of a record once its draft is accepted. Raises ValidationError."""
    places = ProposedPlaces()
    changeset = drafts.build_changeset(workspace, places)
    if changeset.is_empty():
        return {}
    with transaction.atomic():
        places.create(row for _, row in changeset.operations.added_rows())
        composed = changeset.preview(lambda: compose_document(workspace.record))
        transaction.set_rollback(True)
    return json.loads(composed) if composed else {}


def compose_document(record: Record) -> str | None:
    """The public document of a record as the tables stand, as JSON."""
    return fetch_value("SELECT compose(%s, NULL, NULL, 0, %s)", (record.pk, Counter.today()))


def hidden_contacts(workspace: Workspace) -> list[str]:
    """The contacts that the preview does not show because they would not be public."""
    profile = workspace.profile()
    return [
        text
        for name in profiles.CONTACTS
        for text in profiles.field_texts(profile, name)
        if profiles.contact_tier(name, profile) != Tier.PUBLIC
    ]
