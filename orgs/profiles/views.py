"""The pages on which an organization edits its profile: overview, steps, what became of it.

Every step stores what was typed: when a button is pressed, by autosave, after the session has
expired and while the database is down. Nothing is proposed before the representative submits it.
"""

import json
import secrets
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.pages.translated_labels import label_of, label_order
from orgs.projection.addresses import resolve
from orgs.projection.entry import Entry
from orgs.records.kinds import ACTOR_KINDS
from orgs.records.languages import localized
from orgs.records.record import Record

from . import drafts
from . import profile as profiles
from .draft import Draft
from .drafts import Workspace
from .forms import STEPS, StepForm
from .profile import Problems, Profile

MAX_SUGGESTIONS = 300
"""Names that a field suggests: few enough for a phone on a slow connection."""
MAX_FORM_LENGTH = 100_000
"""Characters of one form."""
SUGGESTED_KINDS = {"places": "place", "networks": "partnership"}
"""The kinds of entries that inputs suggest, by the id of their datalist."""


def suggestions(form: BaseForm) -> dict[str, list[str]]:
    """The labels that the inputs of a form suggest, by the id of their datalist."""
    wanted = {field.widget.attrs.get("list") for field in form.fields.values()}
    return {
        name: sorted(
            {
                label_of(kind, slug, label)
                for slug, label in Entry.objects.published()
                .of_kinds(kind)
                .order_by("sort_key", "id")
                .values_list("slug", "label")[:MAX_SUGGESTIONS]
            },
            key=label_order,
        )
        for name, kind in SUGGESTED_KINDS.items()
        if name in wanted
    }


def _storable(value: Any) -> Any:
    """The value without NUL and lone surrogates, which PostgreSQL refuses."""
    if isinstance(value, dict):
        return {_storable(str(name)): _storable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_storable(str(item)) for item in value]
    return str(value).replace("\x00", "").encode("utf-8", "ignore").decode()


# A signed form key, made for one account and one record, takes the place of the CSRF cookie: a form
# has to stay valid after the session has expired.
@method_decorator([csrf_exempt, never_cache], name="dispatch")
class ProfileView(View):
    """A page for representatives of an organization. Others learn how to become one."""

    uses_application_role = True

    entry: Entry
    record: Record
    account: Account

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.entry = resolve(ACTOR_KINDS, kwargs["slug"])
        owner = (
            drafts.read_form_key(request.POST.get("key", "")) if request.method == "POST" else None
        )
        if request.method == "POST" and (owner is None or owner[1] != self.entry.id):
            return self.forbidden()
        if owner is not None and owner[0] != request.user.pk:
            return self.save_signed_out(owner)
        if self.entry.slug != kwargs["slug"] and request.method == "GET":
            return HttpResponseRedirect(self.url())
        self.record = Record.objects.get(pk=self.entry.id)
        account = request.user
        if not isinstance(account, Account) or not Representative.objects.represents(
            account, self.record
        ):
            return self.forbidden()
        self.account = account
        return super().dispatch(request, *args, **kwargs)

    def forbidden(self) -> HttpResponse:
        """Explain who can edit the profile, and how to become a representative."""
        context = {
            "entry": self.entry,
            "title": gettext("Profile of %(name)s") % {"name": self.entry.label},
            "sign_in": sign_in_url(self.request.path),
        }
        return render(self.request, "orgs/profiles/closed.html", context, status=403)

    def save_signed_out(self, owner: tuple[int, int]) -> HttpResponse:
        """Lead to signing in. A step stores the form first."""
        if self.request.POST.get("by_itself"):
            return JsonResponse({"saved": False, "signed_out": True}, status=403)
        return HttpResponseRedirect(f"{sign_in_url(self.request.path)}&kept=1")

    def url(self, page: str = "") -> str:
        return localized(f"{self.entry.get_absolute_url()}profile/{page}")

    def render(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        context = {
            "entry": self.entry,
            "here": self.url(),
            "preview": self.url("preview/"),
            "key": drafts.form_key(self.account.pk, self.record.pk),
            "storage_key": drafts.browser_storage_key(self.account.pk, self.record.pk),
            "tab": secrets.token_hex(8),
            **context,
        }
        return render(self.request, template, context, status=status)


def sign_in_url(path: str) -> str:
    """The URL of signing in that leads back to a page."""
    return f"{localized('/account/sign-in/')}?{urlencode({'next': path})}"


class Overview(ProfileView):
    """All steps, each with its state: unsent text, a conflict, or nothing yet."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """An empty profile begins with the first step at once."""
        workspace = drafts.open_workspace(self.account, self.record)
        if not workspace.current and not workspace.draft.typed:
            return HttpResponseRedirect(self.url(f"{next(iter(STEPS))}/"))
        changed, conflicts = set(workspace.changed()), workspace.conflicts()
        profile = workspace.profile()
        steps = []
        for code, form_class in STEPS.items():
            names = form_class.names(workspace)
            state = ""
            if not conflicts.keys().isdisjoint(names):
                state = gettext("two versions: choose one")
            elif not changed.isdisjoint(names):
                state = gettext("not submitted yet")
            elif not any(profiles.field_texts(profile, name) for name in names):
                state = gettext("empty")
            steps.append(
                {"title": form_class.title, "address": self.url(f"{code}/"), "state": state}
            )
        return self.render(
            "orgs/profiles/overview.html",
            title=gettext("Profile of %(name)s") % {"name": self.entry.label},
            steps=steps,
            draft=workspace.draft if workspace.draft.pk else None,
            pending_changesets=workspace.pending_changesets,
            changed=changed,
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if "forget" in request.POST:
            Draft.get_or_new(self.account, self.record).discard()
        return HttpResponseRedirect(localized(self.entry.get_absolute_url()))


class DraftPage(ProfileView):
    """A page whose form is saved in the draft whenever it is sent."""

    template_name: str

    def names(self, workspace: Workspace) -> list[str]:
        raise NotImplementedError

    def read(self) -> Profile:
        """What was typed, by profile field, before it is validated."""
        raise NotImplementedError

    def next_url(self, go: str) -> str:
        """Where the button with the value `go` leads."""
        raise NotImplementedError

    def form_context(
        self, workspace: Workspace, problems: Problems, more: str = ""
    ) -> dict[str, Any]:
        """What the template shows. `more` is a field that the person adds."""
        raise NotImplementedError

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        workspace = drafts.open_workspace(self.account, self.record)
        return self.render_form(workspace, self.problems(workspace))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Save the form, then go where the pressed button leads."""
        typed, autosave = self.typed_form(), bool(request.POST.get("by_itself"))
        if self.form_length() > MAX_FORM_LENGTH:
            return self.refuse(typed)
        workspace = drafts.save_form(self.account, self.record, typed, autosave)
        conflict = not workspace.conflicts().keys().isdisjoint(self.names(workspace))
        if autosave:
            return JsonResponse({"saved": True, "twice": conflict})
        problems = self.problems(workspace)
        go, more = request.POST.get("go", "on"), request.POST.get("more", "")
        if (go == "on" and problems) or (go in ("on", "preview") and conflict) or go == "more":
            return self.render_form(workspace, problems, more or ("row" if go == "more" else ""))
        return HttpResponseRedirect(self.next_url(go))

    def refuse(self, typed: dict[str, Any]) -> HttpResponse:
        """Show a form that is too long to be stored."""
        workspace = drafts.open_workspace(self.account, self.record)
        seen = self.seen(workspace)
        workspace.save_form(typed)
        message = gettext(
            "This form is too long and was not saved. Shorten the text and save again."
        )
        return self.render_form(workspace, {}, seen=seen, refusal=message, status=413)

    def render_form(
        self, workspace: Workspace, problems: Problems, more: str = "", **context: Any
    ) -> HttpResponse:
        saved = workspace.draft.saved if workspace.draft.pk and workspace.draft.typed else None
        context = {"seen": self.seen(workspace), "saved": saved, **context}
        context |= self.form_context(workspace, problems, more)
        return self.render(self.template_name, **context)

    def save_signed_out(self, owner: tuple[int, int]) -> HttpResponse:
        typed = self.typed_form()
        may_edit = (
            Representative.objects.active().filter(account=owner[0], record=owner[1]).exists()
        )
        if may_edit and self.form_length() <= MAX_FORM_LENGTH:
            Draft.add_pending(*owner, typed)
        return super().save_signed_out(owner)

    def typed_form(self) -> dict[str, Any]:
        """The form as a draft stores it: what was typed, what its writer saw, and the window."""
        data = self.request.POST
        try:
            seen = json.loads(data.get("seen", "") or "{}")
        except (ValueError, RecursionError):
            seen = {}
        return {
            "values": _storable(self.read()),
            "seen": _storable(seen if isinstance(seen, dict) else {}),
            "tab": _storable(data.get("tab", "")[:40]),
        }

    def form_length(self) -> int:
        return sum(len(value) for _, values in self.request.POST.lists() for value in values)

    def seen(self, workspace: Workspace) -> str:
        """What the form sends back to tell which states its writer saw."""
        return drafts.seen_json(workspace, self.names(workspace))

    def problems(self, workspace: Workspace) -> Problems:
        """What the ledger's rules refuse in the fields that were typed."""
        typed = [name for name in self.names(workspace) if name in workspace.draft.typed]
        return profiles.find_problems(self.record, workspace.profile(), typed)


class StepPage(DraftPage):
    template_name = "orgs/profiles/step.html"

    @property
    def form_class(self) -> type[StepForm]:
        return STEPS[self.kwargs["step"]]

    def names(self, workspace: Workspace) -> list[str]:
        return self.form_class.names(workspace)

    def read(self) -> Profile:
        return self.form_class.read(self.request.POST)

    def next_url(self, go: str) -> str:
        codes = [*STEPS]
        position = codes.index(self.form_class.code)
        if go == "back":
            return self.url(f"{codes[position - 1]}/") if position else self.url()
        if go == "leave":
            return self.url()
        if go == "preview" or position + 1 == len(codes):
            return self.url("preview/")
        return self.url(f"{codes[position + 1]}/")

    def form_context(
        self, workspace: Workspace, problems: Problems, more: str = ""
    ) -> dict[str, Any]:
        form = self.form_class(workspace, more)
        form.add_problems(problems)
        return {
            "form": form,
            "title": form.title,
            "position": [*STEPS].index(form.code) + 1,
            "count": len(STEPS),
            "suggestions": suggestions(form),
        }


class Submitted(ProfileView):
    """The state of the last proposal that this account made for this organization."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        changesets = Changeset.objects.filter(author=self.account, on_behalf=self.record)
        changeset = changesets.exclude(state=Changeset.State.DRAFT).order_by("-id").first()
        if changeset is None:
            return HttpResponseRedirect(self.url())
        return self.render(
            "orgs/profiles/submitted.html", title=gettext("What happens next"), changeset=changeset
        )
