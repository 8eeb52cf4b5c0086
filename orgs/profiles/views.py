"""The pages on which an organization edits its profile: steps, draft, preview, proposal.

Every step stores what was typed: when a button is pressed, by autosave, after the session has
expired and while the database is down. Nothing is proposed before the representative submits it.
"""

import json
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict
from orgs.pages.documents import is_own_voice, items_of, with_parts
from orgs.pages.labels import language_name
from orgs.pages.records import OrganizationPage
from orgs.pages.sentences import Notes
from orgs.projection.addresses import resolve
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.arena import Arena
from orgs.records.languages import localized
from orgs.records.record import Record
from orgs.records.source import Tier
from orgs.records.term import Term

from . import answers, drafts
from . import profile as profiles
from .draft import Draft
from .drafts import Workspace

KINDS = ("organization", "partnership")
LANGUAGES = {
    "en": "English", "es": "Español", "ar": "العربية", "fr": "Français", "pt": "Português",
    "am": "አማርኛ", "bn": "বাংলা", "ceb": "Cebuano", "de": "Deutsch", "fa": "فارسی",
    "hi": "हिन्दी", "ht": "Kreyòl ayisyen", "id": "Bahasa Indonesia", "it": "Italiano",
    "ja": "日本語", "kea": "Kriolu", "km": "ខ្មែរ", "ko": "한국어", "mix": "Tu’un savi",
    "ms": "Bahasa Melayu", "my": "မြန်မာ", "nah": "Nāhuatl", "ne": "नेपाली", "pa": "ਪੰਜਾਬੀ",
    "pl": "Polski", "qu": "Runasimi", "quc": "K’iche’", "ro": "Română", "ru": "Русский",
    "si": "සිංහල", "so": "Soomaali", "sw": "Kiswahili", "ta": "தமிழ்", "th": "ไทย",
    "ti": "ትግርኛ", "tl": "Tagalog", "tr": "Türkçe", "uk": "Українська", "ur": "اردو",
    "vi": "Tiếng Việt", "zap": "Diidxazá", "zh-Hans": "简体中文", "zh-Hant": "繁體中文",
}  # fmt: skip
"""Languages offered in forms, each by its own name. Other language tags are accepted, too."""
MAX_SUGGESTIONS = 250
"""Names that a field suggests: few enough for a phone on a slow connection."""
MAX_FORM_LENGTH = 100_000
"""Characters of one form."""


@dataclass
class FormField:
    """One input of a step, as its page shows it. `profile_field` names the field it edits."""

    name: str
    kind: str
    label: Any
    hint: Any = ""
    value: Any = ""
    choices: list[tuple[str, Any, Any, bool]] = field(default_factory=list)
    language: str = ""
    problems: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    open: bool = False
    profile_field: str = ""

    @property
    def id(self) -> str:
        return f"id_{self.name}".replace("~", "_")


class Step:
    """A page with a few fields. `why` tells why they are asked and what becomes public."""

    code: str
    title: str | Promise
    why: str | Promise

    def names(self, workspace: Workspace) -> list[str]:
        """The profile fields that this step edits."""
        raise NotImplementedError

    def fields(self, workspace: Workspace, more: str = "") -> list[FormField]:
        """The inputs with their current values. `more` is an input that the person has added."""
        raise NotImplementedError

    def values(self, data: Any) -> dict[str, Any]:
        """The values of a submitted form, by profile field."""
        raise NotImplementedError


def _text(data: Any, name: str) -> str:
    # Browsers send CRLF, which changes no text.
    return data.get(name, "").replace("\r\n", "\n").strip()


def _texts(data: Any, name: str) -> list[str]:
    return [text.strip() for text in data.getlist(name) if text.strip()]


class NamesStep(Step):
    code = "names"
    title = gettext_lazy("Our name")
    why = gettext_lazy(
        "People search for your organization by name, in their language. Add its name in "
        "every language you use."
    )

    def names(self, workspace: Workspace) -> list[str]:
        return [*names_by_language(workspace, "name"), "acronym"]

    def fields(self, workspace: Workspace, more: str = "") -> list[FormField]:
        """A row for each language, and one or two empty rows."""
        filled = names_by_language(workspace, "name")
        used = {name.partition(".")[2].partition("~")[0] for name in filled}
        free = [code for code in (get_language() or "en", *LANGUAGES) if code not in used]
        blank = 2 if not filled else 1
        rows = [(name, name.partition(".")[2].partition("~")[0]) for name in filled]
        rows += [("", code) for code in list(dict.fromkeys(free))[: blank + bool(more)]]
        fields = []
        for position, (name, language) in enumerate(rows):
            state = workspace.field(name) if name else drafts.FieldState("")
            choices = {**LANGUAGES, language: LANGUAGES.get(language, language)}
            fields.append(
                FormField(
                    f"name-{position}", "named", gettext("Name"), value=state.value,
                    others=state.others, language=language, profile_field=name,
                    choices=[(code, own, code, code == language) for code, own in choices.items()],
                )
            )  # fmt: skip
        state = workspace.field("acronym")
        fields.append(
            FormField(
                "acronym", "text", gettext("Acronym"), gettext("If you use one: MFA."),
                state.value, others=state.others, profile_field="acronym",
            )
        )  # fmt: skip
        return fields

    def values(self, data: Any) -> dict[str, Any]:
        """A second name in one language is stored as `name.es~2` until one of them is removed."""
        values: dict[str, Any] = {}
        for position in range(40):
            text = _text(data, f"name-{position}")
            if not text:
                continue
            language = data.get(f"name-{position}-language", "")
            language = language if language in LANGUAGES or _is_tag(language) else "und"
            name, count = f"name.{language}", 2
            while name in values:
                name, count = f"name.{language}~{count}", count + 1
            values[name] = text
        return {**values, "acronym": _text(data, "acronym")}


def _is_tag(text: str) -> bool:
    parts = text.split("-")
    return (
        1 <= len(parts) <= 4
        and parts[0].isascii()
        and parts[0].islower()
        and 2 <= len(parts[0]) <= 8
        and all(part.isascii() and part.isalnum() and len(part) <= 8 for part in parts)
    )


def names_by_language(workspace: Workspace, prefix: str) -> list[str]:
    """The fields `prefix.<language>` that hold a text."""
    names = [
        name
        for name in (*workspace.current, *workspace.draft.typed)
        if name.startswith(f"{prefix}.")
    ]
    return [
        name
        for name in dict.fromkeys(names)
        if (state := workspace.field(name)).value or state.others
    ]


class TextsStep(Step):
    code = "about"
    title = gettext_lazy("What we are and do")
    why = gettext_lazy(
        "Describe your organization in a few sentences: who you are, who you work with "
        "and what you work for. Your page shows this text first."
    )

    def languages(self, workspace: Workspace) -> list[str]:
        """The languages in which the organization has a text or a name."""
        names = [*names_by_language(workspace, "text"), *names_by_language(workspace, "name")]
        tags = [name.partition(".")[2].partition("~")[0] for name in names]
        return list(dict.fromkeys(tags)) or [get_language() or "en"]

    def names(self, workspace: Workspace) -> list[str]:
        return [*(f"text.{tag}" for tag in self.languages(workspace)), "founded"]

    def fields(self, workspace: Workspace, more: str = "") -> list[FormField]:
        fields = []
        added = [more] if more in LANGUAGES else []
        for tag in dict.fromkeys([*self.languages(workspace), *added]):
            name = f"text.{tag}"
            state = workspace.field(name)
            language = language_name(tag) or LANGUAGES.get(tag, tag)
            fields.append(
                FormField(
                    name, "long", gettext("In %(language)s") % {"language": language},
                    value=state.value, others=state.others, language=tag, profile_field=name,
                )
            )  # fmt: skip
        used = {form_field.name for form_field in fields}
        free = [code for code in LANGUAGES if f"text.{code}" not in used]
        fields.append(
            FormField(
                "more", "add", gettext("In another language, too"),
                choices=[(code, LANGUAGES[code], code, False) for code in free],
            )
        )  # fmt: skip
        state = workspace.field("founded")
        fields.append(
            FormField(
                "founded", "text", gettext("Since when do you exist?"),
                gettext("A year is enough: 1994. About then: 1994~."),
                state.value, others=state.others, profile_field="founded",
                attributes={"inputmode": "text", "maxlength": "64"},
            )
        )  # fmt: skip
        return fields

    def values(self, data: Any) -> dict[str, Any]:
        names = [name for name in data if name.startswith("text.") and _is_tag(name[5:])]
        return {name: _text(data, name) for name in [*names[:40], "founded"]}


class PlacesStep(Step):
    code = "where"
    title = gettext_lazy("Where")
    why = gettext_lazy(
        "By this you are found on the map, and by others who work on the same way that migrants "
        "take. A city or a country is enough: give no street."
    )
    labels = {
        "seat": (gettext_lazy("Where is your seat?"), gettext_lazy("One city or country.")),
        "acts_in": (gettext_lazy("Where do you act?"), ""),
        "origin": (gettext_lazy("Where do the people whom you organize come from?"), ""),
        "residence": (gettext_lazy("Where do they live now?"), ""),
    }
    """Label and hint of each field."""

    def names(self, workspace: Workspace) -> list[str]:
        return [*self.labels]

    def fields(self, workspace: Workspace, more: str = "") -> list[FormField]:
        return [
            text_input(workspace, name, label, hint, "places")
            for name, (label, hint) in self.labels.items()
        ]

    def values(self, data: Any) -> dict[str, Any]:
        return {
            name: _texts(data, name) if profiles.is_list(name) else _text(data, name)
            for name in self.labels
        }


def text_input(
    workspace: Workspace, name: str, label: Any, hint: Any, datalist: str = "", **attributes: str
) -> FormField:
    """An input for a text; for a list, an input for each text and one or two empty ones."""
    state = workspace.field(name)
    if datalist:
        attributes["list"] = datalist
    if not profiles.is_list(name):
        return FormField(
            name, "text", label, hint, state.value, others=state.others, attributes=attributes,
            profile_field=name,
        )  # fmt: skip
    values = [*state.value, *[""] * (2 if not state.value else 1)]
    return FormField(
        name, "several", label, hint, values, attributes=attributes, profile_field=name
    )


class TraitsStep(Step):
    code = "what"
    title = gettext_lazy("What kind of organization")
    why = gettext_lazy(
        "The terms come from the paper behind this catalogue. Choose all that apply to "
        "your organization, or none."
    )
    labels = {
        "form": gettext_lazy("What do you call yourselves?"),
        "identity": gettext_lazy("Around what do people come together?"),
        "leadership": gettext_lazy("Who leads?"),
        "service_level": gettext_lazy("From service to advocacy: what do you do?"),
        "sector": gettext_lazy("Which sector are you in?"),
    }
    """Label of each scheme of the codebook."""

    def names(self, workspace: Workspace) -> list[str]:
        return ["arena", *(f"trait.{scheme}" for scheme in self.labels)]

    def fields(self, workspace: Workspace, more: str = "") -> list[FormField]:
        chosen = set(workspace.field("arena").value)
        fields = [
            FormField(
                "arena", "arenas", gettext("In which arenas do you act?"),
                choices=[
                    (arena.code, arena.label, arena.definition, arena.code in chosen)
                    for arena in Arena.objects.all()
                ],
                profile_field="arena",
            )
        ]  # fmt: skip
        terms = Term.objects.filter(scheme__in=self.labels, needs_purpose=False)
        for scheme, label in self.labels.items():
            name = f"trait.{scheme}"
            chosen = set(workspace.field(name).value)
            choices = [
                (term.code, term.labels, term.definitions, term.code in chosen)
                for term in terms
                if term.scheme == scheme
            ]
            if choices:
                fields.append(
                    FormField(
                        name, "terms", label, choices=choices, open=bool(chosen),
                        profile_field=name,
                    )
                )  # fmt: skip
        return fields

    def values(self, data: Any) -> dict[str, Any]:
        names = ["arena", *(f"trait.{scheme}" for scheme in self.labels)]
        return {name: _texts(data, name) for name in names}


class ContactsStep(Step):
    """Links and contacts, with the choice of who can read each contact."""

    code = "reach"
    title = gettext_lazy("How people reach us")
    why = gettext_lazy(
        "Web addresses are public. For all other contacts you choose who can see them. "
        "If you choose nothing, only your representatives and the editors can."
    )
    labels = {
        "email": (gettext_lazy("E-mail address of the organization"), "email"),
        "phone": (gettext_lazy("Telephone of the organization"), "tel"),
        "postal": (gettext_lazy("Postal address"), "text"),
    }
    """Label and input mode of each contact."""

    def names(self, workspace: Workspace) -> list[str]:
        return ["link", *(part for name in self.labels for part in (name, f"{name}.readers"))]

    def fields(self, workspace: Workspace, more: str = "") -> list[FormField]:
        fields = [text_input(workspace, "link", gettext("Web addresses"), "", inputmode="url")]
        readers = {
            Tier.REPRESENTATIVES: gettext("Our representatives and the editors"),
            Tier.VETTED: gettext("Partners whom the editors know, too"),
            Tier.PUBLIC: gettext("Everybody: it is public"),
        }
        for name, (label, mode) in self.labels.items():
            fields.append(text_input(workspace, name, label, "", inputmode=mode))
            state = workspace.field(f"{name}.readers")
            fields.append(
                FormField(
                    f"{name}.readers", "choice", gettext("Who may read it?"),
                    choices=[
                        (str(int(tier)), text, "", state.value == str(int(tier)))
                        for tier, text in readers.items()
                    ],
                    others=[str(Tier(int(other)).label) for other in state.others],
                    profile_field=f"{name}.readers",
                )
            )  # fmt: skip
        return fields

    def values(self, data: Any) -> dict[str, Any]:
        values: dict[str, Any] = {"link": _texts(data, "link")}
        for name in self.labels:
            values[name] = _text(data, name)
            tier = data.get(f"{name}.readers", "")
            values[f"{name}.readers"] = tier if tier in ("0", "1", "2") else profiles.DEFAULT_TIER
        return values


class NetworksStep(Step):
    code = "networks"
    title = gettext_lazy("Networks we belong to")
    why = gettext_lazy(
        "You say that you are a member. The network can confirm it. Your page shows who says so."
    )

    def names(self, workspace: Workspace) -> list[str]:
        return ["partnership"]

    def fields(self, workspace: Workspace, more: str = "") -> list[FormField]:
        hint = gettext("Its name as this catalogue has it. If it is not here yet, leave it out.")
        label = gettext("Networks and coalitions")
        return [text_input(workspace, "partnership", label, hint, "networks")]

    def values(self, data: Any) -> dict[str, Any]:
        return {"partnership": _texts(data, "partnership")}


STEPS: dict[str, Step] = {
    step.code: step
    for step in (
        NamesStep(), TextsStep(), PlacesStep(), TraitsStep(), ContactsStep(), NetworksStep(),
    )
}  # fmt: skip


def suggestions(fields: Iterable[FormField]) -> dict[str, list[str]]:
    """The labels that inputs suggest, by the id of their datalist."""
    wanted = {form_field.attributes.get("list", "") for form_field in fields}
    kinds = {"places": "place", "networks": "partnership"}
    return {
        name: sorted(
            set(
                Entry.objects.published()
                .of_kinds(kind)
                .order_by("sort_key", "id")
                .values_list("label", flat=True)[:MAX_SUGGESTIONS]
            )
        )
        for name, kind in kinds.items()
        if name in wanted
    }


# Pages --------------------------------------------------------------------------------------------


def submitted_form(step: Step, data: Any) -> dict[str, Any]:
    """A form as a draft stores it: what was typed, what its writer saw, and the window."""
    try:
        seen = json.loads(data.get("seen", "") or "{}")
    except (ValueError, RecursionError):
        seen = {}
    return {
        "step": step.code,
        "values": _storable(step.values(data)),
        "seen": _storable(seen if isinstance(seen, dict) else {}),
        "tab": data.get("tab", "")[:40].replace("\x00", ""),
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
        self.entry = resolve(KINDS, kwargs["slug"])
        owner = (
            drafts.read_form_key(request.POST.get("key", "")) if request.method == "POST" else None
        )
        if request.method == "POST" and (owner is None or owner[1] != self.entry.id):
            return self.forbidden(request)
        if owner is not None and owner[0] != request.user.pk:
            return self.save_signed_out(request, owner)
        if self.entry.slug != kwargs["slug"] and request.method == "GET":
            return HttpResponseRedirect(self.url())
        self.record = Record.objects.get(pk=self.entry.id)
        account = request.user
        if not isinstance(account, Account) or not Representative.objects.represents(
            account, self.record
        ):
            return self.forbidden(request)
        self.account = account
        return super().dispatch(request, *args, **kwargs)

    def forbidden(self, request: HttpRequest) -> HttpResponse:
        """Explain who can edit the profile, and how to become a representative."""
        context = {
            "entry": self.entry,
            "title": gettext("In the words of %(name)s") % {"name": self.entry.label},
            "sign_in": sign_in_url(request.path),
        }
        return render(request, "orgs/profiles/closed.html", context, status=403)

    def save_signed_out(self, request: HttpRequest, owner: tuple[int, int]) -> HttpResponse:
        """Store a form whose account is no longer signed in, and lead to signing in."""
        step = self.step() if isinstance(self, StepPage) else None
        may_edit = (
            Representative.objects.active().filter(account=owner[0], record=owner[1]).exists()
        )
        if step is not None and may_edit and _form_length(request) <= MAX_FORM_LENGTH:
            Draft.add_pending(*owner, submitted_form(step, request.POST))
        if request.POST.get("by_itself"):
            return JsonResponse({"saved": False, "signed_out": True}, status=403)
        return HttpResponseRedirect(f"{sign_in_url(request.path)}&kept=1")

    def url(self, page: str = "") -> str:
        """The URL of a page of this profile."""
        return localized(f"{self.entry.get_absolute_url()}profile/{page}")

    def render(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        steps = [
            {"code": step.code, "title": step.title, "address": self.url(f"{step.code}/")}
            for step in STEPS.values()
        ]
        context = {
            "entry": self.entry,
            "steps": steps,
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


def _form_length(request: HttpRequest) -> int:
    return sum(len(value) for values in request.POST.lists() for value in values[1])


class Overview(ProfileView):
    """All steps, each with its state: unsent text, a conflict, or nothing yet."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """An empty profile begins with the first step at once."""
        workspace = drafts.open_workspace(self.account, self.record)
        if not workspace.current and not workspace.draft.typed:
            return HttpResponseRedirect(self.url(f"{next(iter(STEPS))}/"))
        changed, conflicts = set(workspace.changed()), workspace.conflicts()
        profile = workspace.profile()
        steps_state = []
        for step in STEPS.values():
            names = step.names(workspace)
            steps_state.append(
                {
                    "title": step.title,
                    "address": self.url(f"{step.code}/"),
                    "unsent": any(name in changed for name in names),
                    "conflict": any(name in conflicts for name in names),
                    "empty": not any(profiles.field_texts(profile, name) for name in names),
                }
            )
        return self.render(
            "orgs/profiles/overview.html",
            title=gettext("In the words of %(name)s") % {"name": self.entry.label},
            steps_state=steps_state,
            draft=workspace.draft if workspace.draft.pk else None,
            pending_changesets=workspace.pending_changesets,
            changed=changed,
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if "forget" in request.POST:
            Draft.get_or_new(self.account, self.record).discard()
        return HttpResponseRedirect(localized(self.entry.get_absolute_url()))


class StepPage(ProfileView):
    """One step: its fields, saved whenever the form is sent."""

    def step(self) -> Step:
        return STEPS[self.kwargs["step"]]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.render_step(drafts.open_workspace(self.account, self.record))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Save the form, then go where the pressed button leads."""
        step, autosave = self.step(), bool(request.POST.get("by_itself"))
        if _form_length(request) > MAX_FORM_LENGTH:
            message = gettext("This text is too long. Shorten it and send it again.")
            workspace = drafts.open_workspace(self.account, self.record)
            return self.render_step(workspace, refusal=message, status=413)
        form = submitted_form(step, request.POST)
        workspace = drafts.save_form(self.account, self.record, form, autosave)
        names, conflicts = step.names(workspace), workspace.conflicts()
        conflict = any(name in conflicts for name in names)
        if autosave:
            return JsonResponse({"saved": True, "twice": conflict})
        typed = [name for name in names if name in workspace.draft.typed]
        problems = profiles.find_problems(self.record, workspace.profile(), typed)
        go, more = request.POST.get("go", "on"), request.POST.get("more", "")
        if (go == "on" and problems) or (go in ("on", "preview") and conflict) or go == "more":
            return self.render_step(
                workspace, more=more or ("row" if go == "more" else ""), sent=True
            )
        return HttpResponseRedirect(self.next_url(go))

    def next_url(self, go: str) -> str:
        """Where the button with the value `go` leads."""
        codes = [*STEPS]
        position = codes.index(self.kwargs["step"])
        if go == "back":
            return self.url(f"{codes[position - 1]}/") if position else self.url()
        if go == "leave":
            return self.url()
        if go == "preview" or position + 1 == len(codes):
            return self.url("preview/")
        return self.url(f"{codes[position + 1]}/")

    def render_step(
        self,
        workspace: Workspace,
        more: str = "",
        sent: bool = False,
        refusal: str = "",
        status: int = 200,
    ) -> HttpResponse:
        step = self.step()
        fields = step.fields(workspace, more)
        typed = [name for name in step.names(workspace) if name in workspace.draft.typed]
        problems = profiles.find_problems(self.record, workspace.profile(), typed)
        for form_field in fields:
            form_field.problems = problems.get(form_field.profile_field, [])
        names = [form_field.profile_field for form_field in fields if form_field.profile_field]
        return self.render(
            "orgs/profiles/step.html",
            status=status,
            title=step.title,
            step=step,
            place=[*STEPS].index(step.code) + 1,
            fields=fields,
            suggestions=suggestions(fields),
            seen=drafts.seen_json(workspace, names),
            saved=workspace.draft.saved if workspace.draft.pk and workspace.draft.typed else None,
            fields_to_fix=[item for item in fields if item.problems or item.others],
            refusal=refusal,
            sent=sent,
        )


class Preview(ProfileView, OrganizationPage):
    """The entry as it will appear, and the button that submits it."""

    # A preview has no address among the pages of entries.
    kinds: Any = ()
    document: dict

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_preview(drafts.open_workspace(self.account, self.record))

    def current_document(self) -> dict:
        return self.document

    def render_preview(
        self, workspace: Workspace, messages: Iterable[str] = (), status: int = 200
    ) -> Any:
        """Render the entry's own page with the document that accepting the draft would make."""
        errors = list(messages)
        conflicts = workspace.conflicts()
        problems = profiles.find_problems(
            self.record,
            workspace.profile(),
            [name for name in workspace.draft.typed if name not in conflicts],
        )
        document = self.entry.read()
        if not problems:
            try:
                changeset = drafts.build_changeset(workspace)
                if not changeset.is_empty():
                    composed = changeset.preview(lambda: compose_document(self.record))
                    document |= json.loads(composed) if composed else {}
            except ValidationError as error:
                errors += error.messages
        self.document = document
        context = self.get_context_data()
        context |= {
            "entry": self.entry,
            "title": gettext("As it will appear: %(name)s") % {"name": document["label"]},
            "key": drafts.form_key(self.account.pk, self.record.pk),
            "token": uuid.uuid4(),
            "fingerprint": workspace.fingerprint(),
            "errors": errors,
            "steps_to_fix": [
                {"title": step.title, "address": self.url(f"{step.code}/")}
                for step in STEPS.values()
                if any(name in conflicts or name in problems for name in step.names(workspace))
            ],
            "conflicts": [
                {"mine": workspace.field(name).value, "others": others}
                for name, others in conflicts.items()
            ],
            "unchanged": not workspace.changed(),
            "hidden_contacts": hidden_contacts(workspace),
            "last": self.url(f"{[*STEPS][-1]}/"),
            "here": self.url(),
            "trusted": Representative.objects.active()
            .filter(account=self.account, record=self.record, trusted=True)
            .exists(),
        }
        return render(self.request, "orgs/profiles/preview.html", context, status=status)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Submit the draft if its author agrees to the licence of the data."""
        workspace = drafts.open_workspace(self.account, self.record)
        if not request.POST.get("agreed"):
            message = gettext("Agree that everybody may use what you say, or leave it unsent.")
            return self.render_preview(workspace, [message], status=400)
        previewed = request.POST.get("shown", "")
        reason = gettext("The organization updated its own page.")
        try:
            token = uuid.UUID(request.POST.get("token", ""))
        except ValueError:
            token = uuid.uuid4()
        try:
            drafts.submit(workspace, reason, token, previewed)
        except drafts.NothingChanged:
            return HttpResponseRedirect(self.url("submitted/"))
        except drafts.UnresolvedConflict:
            workspace = drafts.open_workspace(self.account, self.record)
            message = gettext("Something has been added since you looked. Look at it again.")
            messages = [] if workspace.conflicts() else [message]
            return self.render_preview(workspace, messages, status=409)
        except Conflict as conflict:
            return self.render_preview(workspace, [str(conflict)], status=409)
        except ValidationError as error:
            return self.render_preview(workspace, error.messages, status=400)
        return HttpResponseRedirect(self.url("submitted/"))


def compose_document(record: Record) -> str | None:
    """The public document of a record as the tables stand, as JSON."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT compose(%s, NULL, NULL, 0, %s)", (record.pk, Counter.today()))
        return cursor.fetchone()[0]


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


class AnswersPage(StepPage):
    """What other sources say, each with a link to answer, and the answers given so far."""

    def step(self) -> Step:
        return WITHDRAW_ANSWERS

    def render_step(
        self, workspace: Workspace, *args: Any, status: int = 200, **kwargs: Any
    ) -> Any:
        document = with_parts(self.entry.read())
        answerable = answers.answerable_statements(self.record)
        changed = workspace.changed()
        own = {answer.pk for answer in profiles.own_answers(self.record)}
        own_answers = [
            {
                "item": item,
                "name": f"taken.{item['statement']}",
                "ticked": workspace.field(f"taken.{item['statement']}").value == "yes",
            }
            for item in items_of(document)
            if is_own_voice(item, document["id"]) and item["statement"] in own
        ]
        return self.render(
            "orgs/profiles/answers.html",
            status=status,
            title=gettext("Statements by others"),
            statements=answerable.values(),
            stale=[
                {"name": name, "text": answers.answer_summary(str(workspace.field(name).value))}
                for name in stale_answers(workspace, answerable)
            ],
            own_answers=own_answers,
            answered={number for number in answerable if f"answer.{number}" in changed},
            notes=Notes(document["sources"]),
            seen=drafts.seen_json(workspace, WITHDRAW_ANSWERS.names(workspace)),
        )

    def next_url(self, go: str) -> str:
        return self.url("preview/" if go != "leave" else "")


class WithdrawAnswersStep(Step):
    """Checkboxes to withdraw published answers and to delete unsent ones."""

    code = "answers"
    title = gettext_lazy("Statements by others")

    def names(self, workspace: Workspace) -> list[str]:
        """A field for each published answer, and for each unsent one that is stale."""
        published = [f"taken.{answer.pk}" for answer in profiles.own_answers(workspace.record)]
        answerable = answers.answerable_statements(workspace.record)
        return published + stale_answers(workspace, answerable)

    def values(self, data: Any) -> dict[str, Any]:
        offered = data.getlist("offered")[:200]
        withdrawn_names = [name for name in offered if name.startswith("taken.")]
        deleted = [name for name in offered if name.startswith("answer.") and data.get(name)]
        return {name: "yes" if data.get(name) else "" for name in withdrawn_names} | dict.fromkeys(
            deleted, ""
        )


WITHDRAW_ANSWERS = WithdrawAnswersStep()


def stale_answers(workspace: Workspace, answerable: dict[int, dict]) -> list[str]:
    """The fields of unsent answers to statements that the public entry does not show."""
    current = {f"answer.{number}" for number in answerable}
    return [
        name for name in workspace.draft.typed if name.startswith("answer.") and name not in current
    ]


class AnswerPage(StepPage):
    """The answer to one statement: that it is wrong, or how the organization states it."""

    def step(self) -> Step:
        """Raises Http404 alike for every statement that cannot be answered."""
        number = int(self.kwargs["number"])
        if number not in answers.answerable_statements(self.entry.pk):
            raise Http404
        return AnswerStep(self.entry.pk, number)

    def render_step(
        self, workspace: Workspace, *args: Any, status: int = 200, **kwargs: Any
    ) -> Any:
        number = int(self.kwargs["number"])
        name = f"answer.{number}"
        state = workspace.field(name)
        answer = answers.parse_answer(str(state.value))
        try:
            item = answers.answerable_statements(self.record)[number]
            form = answers.answer_form(self.record, number, answer)
        except (KeyError, ValidationError):
            raise Http404 from None
        names = [name] if state.value else []
        problems = profiles.find_problems(self.record, workspace.profile(), names)
        return self.render(
            "orgs/profiles/answer.html",
            status=status,
            title=gettext("Your answer"),
            item=item,
            notes=Notes(with_parts(self.entry.read())["sources"]),
            form=form,
            how=answer.get("how", ""),
            problems=problems.get(name, []),
            others=state.others,
            seen=drafts.seen_json(workspace, [name]),
            others_page=self.url("answers/"),
        )

    def next_url(self, go: str) -> str:
        return self.url("preview/" if go == "on" else "answers/" if go == "back" else "")


class AnswerStep(Step):
    """The form of one answer, which the draft stores in one field."""

    def __init__(self, record: int, number: int) -> None:
        self.record = record
        self.number = number
        self.code = f"answers/{number}"

    def names(self, workspace: Workspace) -> list[str]:
        return [f"answer.{self.number}"]

    def values(self, data: Any) -> dict[str, Any]:
        try:
            return {
                f"answer.{self.number}": answers.serialize_answer(self.record, self.number, data)
            }
        except ValidationError:  # retired in the meantime
            raise Http404 from None


def hidden_contacts(workspace: Workspace) -> list[str]:
    """The contacts that the preview does not show because they would not be public."""
    profile = workspace.profile()
    return [
        text
        for name in profiles.CONTACTS
        for text in profiles.field_texts(profile, name)
        if profiles.contact_tier(name, profile) != Tier.PUBLIC
    ]
