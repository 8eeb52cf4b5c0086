"""The pages on which a body says of itself what it is: small steps, a draft, a look, a proposal.

Whatever is typed is kept: at every step, by itself while one types, and when the session has ended
or the database is away. Nothing is said before it is sent.
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
from orgs.changes.changeset import Changeset, Conflict
from orgs.pages.addresses import Withdrawn, published_at, withdrawn
from orgs.pages.documents import by_itself, items_of, read
from orgs.pages.labels import language_name
from orgs.pages.records import OrganizationPage
from orgs.pages.sentences import Notes
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
"""Languages in which migrants write, each by its own name; whoever has another finds it kept."""
SUGGESTED = 250
"""How many names a field suggests: what a phone loads over a poor line."""
LONGEST = 100_000
"""Characters of one form: a book is not a profile."""


@dataclass
class Question:
    """One field of a step, as its page shows it."""

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

    @property
    def id(self) -> str:
        """Return the id of its element."""
        return f"id_{self.name}".replace("~", "_")


class Step:
    """One step: a page with few fields, why they are asked for, and what becomes public."""

    code: str
    title: str | Promise
    why: str | Promise

    def names(self, desk: drafts.Desk) -> list[str]:
        """Return the fields that this step asks for."""
        raise NotImplementedError

    def questions(self, desk: drafts.Desk, more: str = "") -> list[Question]:
        """Return its fields as they stand. `more` is what was asked to be added to the page."""
        raise NotImplementedError

    def values(self, sent: Any) -> dict[str, Any]:
        """Return the values that a form of this step holds, by their fields."""
        raise NotImplementedError


def _text(sent: Any, name: str) -> str:
    # Browsers end lines in their own way, which changes no text.
    return sent.get(name, "").replace("\r\n", "\n").strip()


def _texts(sent: Any, name: str) -> list[str]:
    return [text.strip() for text in sent.getlist(name) if text.strip()]


class Names(Step):
    """What the body is called, in each of its languages."""

    code = "names"
    title = gettext_lazy("Our name")
    why = gettext_lazy(
        "People search for your organization by name, in their language. Add its name in "
        "every language you use."
    )

    def names(self, desk: drafts.Desk) -> list[str]:
        """Return the names in every language, and the acronym."""
        return [*in_languages(desk, "name"), "acronym"]

    def questions(self, desk: drafts.Desk, more: str = "") -> list[Question]:
        """Return a row for each language, and one or two that are empty."""
        known = in_languages(desk, "name")
        taken = {name.partition(".")[2].partition("~")[0] for name in known}
        free = [code for code in (get_language() or "en", *LANGUAGES) if code not in taken]
        blank = 2 if not known else 1
        rows = [(name, name.partition(".")[2].partition("~")[0]) for name in known]
        rows += [("", code) for code in list(dict.fromkeys(free))[: blank + bool(more)]]
        found = []
        for position, (name, language) in enumerate(rows):
            held = desk.of(name) if name else drafts.Held("")
            choices = {**LANGUAGES, language: LANGUAGES.get(language, language)}
            found.append(
                Question(
                    f"name-{position}", "named", gettext("Name"), value=held.value,
                    others=held.others, language=language,
                    choices=[(code, own, code, code == language) for code, own in choices.items()],
                )
            )  # fmt: skip
            found[-1].attributes["slot"] = name
        held = desk.of("acronym")
        found.append(
            Question(
                "acronym", "text", gettext("Acronym"), gettext("If you use one: MFA."),
                held.value, others=held.others, attributes={"slot": "acronym"},
            )
        )  # fmt: skip
        return found

    def values(self, sent: Any) -> dict[str, Any]:
        """Return the names by their languages; a second one in a language is kept beside it."""
        found: dict[str, Any] = {}
        for position in range(40):
            text = _text(sent, f"name-{position}")
            if not text:
                continue
            language = sent.get(f"name-{position}-language", "")
            language = language if language in LANGUAGES or _is_tag(language) else "und"
            name, count = f"name.{language}", 2
            while name in found:
                name, count = f"name.{language}~{count}", count + 1
            found[name] = text
        return {**found, "acronym": _text(sent, "acronym")}


def _is_tag(text: str) -> bool:
    parts = text.split("-")
    return (
        1 <= len(parts) <= 4
        and parts[0].isascii()
        and parts[0].islower()
        and 2 <= len(parts[0]) <= 8
        and all(part.isascii() and part.isalnum() and len(part) <= 8 for part in parts)
    )


def in_languages(desk: drafts.Desk, part: str) -> list[str]:
    """Return the fields of this part that hold a text, by their languages."""
    found = [name for name in (*desk.now, *desk.draft.typed) if name.startswith(f"{part}.")]
    return [name for name in dict.fromkeys(found) if desk.of(name).value or desk.of(name).others]


class Texts(Step):
    """What the body is and does, in its own words."""

    code = "about"
    title = gettext_lazy("What we are and do")
    why = gettext_lazy(
        "Describe your organization in a few sentences: who you are, who you work with "
        "and what you work for. Your page shows this text first."
    )

    def languages(self, desk: drafts.Desk) -> list[str]:
        """Return the languages in which the body writes."""
        named = [*in_languages(desk, "text"), *in_languages(desk, "name")]
        tags = [name.partition(".")[2].partition("~")[0] for name in named]
        return list(dict.fromkeys(tags)) or [get_language() or "en"]

    def names(self, desk: drafts.Desk) -> list[str]:
        """Return a text for each language."""
        return [*(f"text.{tag}" for tag in self.languages(desk)), "founded"]

    def questions(self, desk: drafts.Desk, more: str = "") -> list[Question]:
        """Return a text for each language, and the year in which it began."""
        found = []
        added = [more] if more in LANGUAGES else []
        for tag in dict.fromkeys([*self.languages(desk), *added]):
            held = desk.of(f"text.{tag}")
            told = language_name(tag) or LANGUAGES.get(tag, tag)
            found.append(
                Question(
                    f"text.{tag}", "long", gettext("In %(language)s") % {"language": told},
                    value=held.value, others=held.others, language=tag,
                    attributes={"slot": f"text.{tag}"},
                )
            )  # fmt: skip
        left = [code for code in LANGUAGES if f"id_text.{code}" not in {one.id for one in found}]
        found.append(
            Question(
                "more", "add", gettext("In another language, too"),
                choices=[(code, LANGUAGES[code], code, False) for code in left],
            )
        )  # fmt: skip
        held = desk.of("founded")
        found.append(
            Question(
                "founded", "text", gettext("Since when do you exist?"),
                gettext("A year is enough: 1994. About then: 1994~."),
                held.value, others=held.others,
                attributes={"slot": "founded", "inputmode": "text", "maxlength": "64"},
            )
        )  # fmt: skip
        return found

    def values(self, sent: Any) -> dict[str, Any]:
        """Return the texts by their languages."""
        texts = [name for name in sent if name.startswith("text.") and _is_tag(name[5:])]
        return {name: _text(sent, name) for name in [*texts[:40], "founded"]}


class Places(Step):
    """Where the body is and acts, and where its people come from and live."""

    code = "where"
    title = gettext_lazy("Where")
    why = gettext_lazy(
        "By this you are found on the map, and by others who work on the same way that migrants "
        "take. A city or a country is enough: give no street."
    )
    asked = {
        "seat": (gettext_lazy("Where is your seat?"), gettext_lazy("One city or country.")),
        "acts_in": (gettext_lazy("Where do you act?"), ""),
        "origin": (gettext_lazy("Where do the people whom you organize come from?"), ""),
        "residence": (gettext_lazy("Where do they live now?"), ""),
    }

    def names(self, desk: drafts.Desk) -> list[str]:
        """Return the four questions about places."""
        return [*self.asked]

    def questions(self, desk: drafts.Desk, more: str = "") -> list[Question]:
        """Return the four questions, each with the places given and room for more."""
        return [
            several(desk, name, label, hint, "places") for name, (label, hint) in self.asked.items()
        ]

    def values(self, sent: Any) -> dict[str, Any]:
        """Return the places as they were typed."""
        return {
            name: _texts(sent, name) if profiles.is_list(name) else _text(sent, name)
            for name in self.asked
        }


def several(
    desk: drafts.Desk, name: str, label: Any, hint: Any, suggests: str = "", **attributes: str
) -> Question:
    """Return a question that takes one text, or several with room for more."""
    held = desk.of(name)
    attributes |= {"slot": name} | ({"list": suggests} if suggests else {})
    if not profiles.is_list(name):
        return Question(
            name, "text", label, hint, held.value, others=held.others, attributes=attributes
        )
    room = [*held.value, *[""] * (2 if not held.value else 1)]
    return Question(name, "several", label, hint, room, attributes=attributes)


class Qualities(Step):
    """In which arenas the body stands, and what describes it, in the words of the paper."""

    code = "what"
    title = gettext_lazy("What kind of organization")
    why = gettext_lazy(
        "The words are those of the paper on which this catalogue rests. Choose what you would "
        "say of yourselves; several may be true, and none is an answer, too."
    )
    asked = {
        "form": gettext_lazy("What do you call yourselves?"),
        "identity": gettext_lazy("Around what do people come together?"),
        "leadership": gettext_lazy("Who leads?"),
        "service_level": gettext_lazy("From service to advocacy: what do you do?"),
        "sector": gettext_lazy("Of which sector are you?"),
    }

    def names(self, desk: drafts.Desk) -> list[str]:
        """Return the arenas, and a field for each question of the codebook."""
        return ["arena", *(f"trait.{scheme}" for scheme in self.asked)]

    def questions(self, desk: drafts.Desk, more: str = "") -> list[Question]:
        """Return the arenas, and the questions of the codebook with their answers explained."""
        chosen = set(desk.of("arena").value)
        found = [
            Question(
                "arena", "arenas", gettext("In which arenas do you act?"),
                choices=[
                    (one.code, one.label, one.definition, one.code in chosen)
                    for one in Arena.objects.all()
                ],
                attributes={"slot": "arena"},
            )
        ]  # fmt: skip
        terms = Term.objects.filter(scheme__in=self.asked, needs_purpose=False)
        for scheme, label in self.asked.items():
            chosen = set(desk.of(f"trait.{scheme}").value)
            choices = [
                (one.code, one.labels, one.definitions, one.code in chosen)
                for one in terms
                if one.scheme == scheme
            ]
            if choices:
                found.append(
                    Question(
                        f"trait.{scheme}", "terms", label, choices=choices, open=bool(chosen),
                        attributes={"slot": f"trait.{scheme}"},
                    )
                )  # fmt: skip
        return found

    def values(self, sent: Any) -> dict[str, Any]:
        """Return what was ticked."""
        names = ["arena", *(f"trait.{scheme}" for scheme in self.asked)]
        return {name: _texts(sent, name) for name in names}


class Reach(Step):
    """How the body is reached, and who may read that."""

    code = "reach"
    title = gettext_lazy("How people reach us")
    why = gettext_lazy(
        "Web addresses are public. For all other contacts you choose who can see them. "
        "If you choose nothing, only your representatives and the editors can."
    )
    asked = {
        "email": (gettext_lazy("E-mail address of the organization"), "email"),
        "phone": (gettext_lazy("Telephone of the organization"), "tel"),
        "postal": (gettext_lazy("Postal address"), "text"),
    }

    def names(self, desk: drafts.Desk) -> list[str]:
        """Return the links, and the contacts with who may read them."""
        return ["link", *(part for name in self.asked for part in (name, f"{name}.readers"))]

    def questions(self, desk: drafts.Desk, more: str = "") -> list[Question]:
        """Return the links, and each contact with the choice who may read it."""
        link = several(desk, "link", gettext("Web addresses"), "", inputmode="url")
        found = [link]
        readers = {
            Tier.REPRESENTATIVES: gettext("Our representatives and the editors"),
            Tier.VETTED: gettext("Partners whom the editors know, too"),
            Tier.PUBLIC: gettext("Everybody: it is public"),
        }
        for name, (label, mode) in self.asked.items():
            found.append(several(desk, name, label, "", inputmode=mode))
            held = desk.of(f"{name}.readers")
            found.append(
                Question(
                    f"{name}.readers", "choice", gettext("Who may read it?"),
                    choices=[
                        (str(int(tier)), words, "", held.value == str(int(tier)))
                        for tier, words in readers.items()
                    ],
                    others=[str(Tier(int(one)).label) for one in held.others],
                    attributes={"slot": f"{name}.readers"},
                )
            )  # fmt: skip
        return found

    def values(self, sent: Any) -> dict[str, Any]:
        """Return what was typed and chosen."""
        found: dict[str, Any] = {"link": _texts(sent, "link")}
        for name in self.asked:
            found[name] = _text(sent, name)
            chosen = sent.get(f"{name}.readers", "")
            found[f"{name}.readers"] = chosen if chosen in ("0", "1", "2") else profiles.READERS
        return found


class Networks(Step):
    """To which networks the body belongs."""

    code = "networks"
    title = gettext_lazy("Networks we belong to")
    why = gettext_lazy(
        "You say that you are a member. The network can confirm it. Your page shows who says so."
    )

    def names(self, desk: drafts.Desk) -> list[str]:
        """Return the one field."""
        return ["partnership"]

    def questions(self, desk: drafts.Desk, more: str = "") -> list[Question]:
        """Return the networks given, and room for more."""
        hint = gettext("Its name as this catalogue has it. If it is not here yet, leave it out.")
        label = gettext("Networks and coalitions")
        return [several(desk, "partnership", label, hint, "networks")]

    def values(self, sent: Any) -> dict[str, Any]:
        """Return the networks as they were typed."""
        return {"partnership": _texts(sent, "partnership")}


STEPS: dict[str, Step] = {
    step.code: step for step in (Names(), Texts(), Places(), Qualities(), Reach(), Networks())
}


def suggestions(questions: Iterable[Question]) -> dict[str, list[str]]:
    """Return the names that fields suggest while one types, by the id of their list."""
    wanted = {one.attributes.get("list", "") for one in questions}
    kinds = {"places": "place", "networks": "partnership"}
    return {
        name: sorted(
            set(
                Entry.objects.published()
                .of_kinds(kind)
                .order_by("sort_key", "id")
                .values_list("label", flat=True)[:SUGGESTED]
            )
        )
        for name, kind in kinds.items()
        if name in wanted
    }


# Pages --------------------------------------------------------------------------------------------


def form_of(step: Step, sent: Any) -> dict[str, Any]:
    """Return a form as a draft keeps one: what was typed, what its writer saw, in which window."""
    try:
        seen = json.loads(sent.get("seen", "") or "{}")
    except (ValueError, RecursionError):
        seen = {}
    return {
        "step": step.code,
        "values": _storable(step.values(sent)),
        "seen": _storable(seen if isinstance(seen, dict) else {}),
        "tab": sent.get("tab", "")[:40].replace("\x00", ""),
    }


def _storable(told: Any) -> Any:
    """Return values that a database can hold: a NUL or half a character has no place in it."""
    if isinstance(told, dict):
        return {_storable(str(name)): _storable(value) for name, value in told.items()}
    if isinstance(told, list):
        return [_storable(str(one)) for one in told]
    return str(told).replace("\x00", "").encode("utf-8", "ignore").decode()


# The key in every form is made for one account and signed: nobody else can make one, so it keeps
# strangers out as the token in a cookie would. It outlasts a session, as words have to.
@method_decorator([csrf_exempt, never_cache], name="dispatch")
class ProfileView(View):
    """A page for whoever may speak for a body. Others learn how to become one of these."""

    uses_application_role = True

    entry: Entry
    record: Record
    account: Account

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer those who may speak; keep what others have typed before their session ended."""
        try:
            self.entry = published_at(KINDS, kwargs["slug"])
        except Withdrawn as gone:
            return withdrawn(request, gone.entry)
        owner = drafts.owner_of(request.POST.get("key", "")) if request.method == "POST" else None
        if request.method == "POST" and (owner is None or owner[1] != self.entry.id):
            return self.closed(request)
        if owner is not None and owner[0] != request.user.pk:
            return self.left(request, owner)
        if self.entry.slug != kwargs["slug"] and request.method == "GET":
            return HttpResponseRedirect(self.address())
        self.record = Record.objects.get(pk=self.entry.id)
        account = request.user
        if not isinstance(account, Account) or not Representative.objects.may_speak(
            account, self.record
        ):
            return self.closed(request)
        self.account = account
        return super().dispatch(request, *args, **kwargs)

    def closed(self, request: HttpRequest) -> HttpResponse:
        """Say who may write here, and how one comes to be one of them."""
        given = {
            "entry": self.entry,
            "title": gettext("In the words of %(name)s") % {"name": self.entry.label},
            "sign_in": sign_in(request.path),
        }
        return render(request, "orgs/profiles/closed.html", given, status=403)

    def left(self, request: HttpRequest, owner: tuple[int, int]) -> HttpResponse:
        """Keep a form that came without the session it began in, and lead to signing in."""
        step = self.step() if isinstance(self, StepPage) else None
        may = Representative.objects.standing().filter(account=owner[0], record=owner[1]).exists()
        if step is not None and may and _length(request) <= LONGEST:
            Draft.leave(*owner, form_of(step, request.POST))
        if request.POST.get("by_itself"):
            return JsonResponse({"saved": False, "signed_out": True}, status=403)
        return HttpResponseRedirect(f"{sign_in(request.path)}&kept=1")

    def address(self, page: str = "") -> str:
        """Return the address of one of these pages."""
        return localized(f"{self.entry.get_absolute_url()}profile/{page}")

    def shown(self, template: str, status: int = 200, **given: Any) -> HttpResponse:
        """Answer with a page."""
        steps = [
            {"code": step.code, "title": step.title, "address": self.address(f"{step.code}/")}
            for step in STEPS.values()
        ]
        given = {
            "entry": self.entry,
            "steps": steps,
            "here": self.address(),
            "preview": self.address("preview/"),
            "key": drafts.key_for(self.account.pk, self.record.pk),
            "mark": drafts.mark_of(self.account.pk, self.record.pk),
            "tab": secrets.token_hex(8),
            **given,
        }
        return render(self.request, template, given, status=status)


def sign_in(path: str) -> str:
    """Return the address of signing in that leads back to a page."""
    return f"{localized('/account/sign-in/')}?{urlencode({'next': path})}"


def _length(request: HttpRequest) -> int:
    return sum(len(value) for values in request.POST.lists() for value in values[1])


class Overview(ProfileView):
    """All steps: what is said, what is typed and not sent yet, and what waits."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show where things stand; who says something for the first time begins at once."""
        desk = drafts.opened(self.account, self.record)
        if not desk.now and not desk.draft.typed:
            return HttpResponseRedirect(self.address(f"{next(iter(STEPS))}/"))
        changed, conflicts = set(desk.changed()), desk.conflicts()
        state = [
            {
                "title": step.title,
                "address": self.address(f"{step.code}/"),
                "typed": any(name in changed for name in step.names(desk)),
                "twice": any(name in conflicts for name in step.names(desk)),
                "empty": not any(profiles.texts(desk.profile(), name) for name in step.names(desk)),
            }
            for step in STEPS.values()
        ]
        return self.shown(
            "orgs/profiles/overview.html",
            title=gettext("In the words of %(name)s") % {"name": self.entry.label},
            state=state,
            draft=desk.draft if desk.draft.pk else None,
            waiting=desk.waiting,
            changed=changed,
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Forget what was typed, if that is asked for."""
        if "forget" in request.POST:
            Draft.of(self.account, self.record).forget()
        return HttpResponseRedirect(localized(self.entry.get_absolute_url()))


class StepPage(ProfileView):
    """One step: its fields, kept whenever they are sent."""

    def step(self) -> Step:
        """Return the step at this address."""
        return STEPS[self.kwargs["step"]]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the step with what was typed before."""
        return self.page(drafts.opened(self.account, self.record))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Keep what was typed, and lead on to where the pressed button leads."""
        step, by_itself = self.step(), bool(request.POST.get("by_itself"))
        if _length(request) > LONGEST:
            told = gettext("This text is too long. Shorten it and send it again.")
            return self.page(drafts.opened(self.account, self.record), refusal=told, status=413)
        desk = drafts.keep(self.account, self.record, form_of(step, request.POST), by_itself)
        if by_itself:
            twice = any(name in desk.conflicts() for name in step.names(desk))
            return JsonResponse({"saved": True, "twice": twice})
        names = step.names(desk)
        typed = [name for name in names if name in desk.draft.typed]
        unsound = profiles.problems_of(self.record, desk.profile(), typed)
        go, more = request.POST.get("go", "on"), request.POST.get("more", "")
        twice = any(name in desk.conflicts() for name in names)
        if (go == "on" and unsound) or (go in ("on", "preview") and twice) or go == "more":
            return self.page(desk, more=more or ("row" if go == "more" else ""), sent=True)
        return HttpResponseRedirect(self.next(go))

    def next(self, go: str) -> str:
        """Return where a button leads."""
        codes = [*STEPS]
        place = codes.index(self.kwargs["step"])
        if go == "back":
            return self.address(f"{codes[place - 1]}/") if place else self.address()
        if go == "leave":
            return self.address()
        if go == "preview" or place + 1 == len(codes):
            return self.address("preview/")
        return self.address(f"{codes[place + 1]}/")

    def page(
        self,
        desk: drafts.Desk,
        more: str = "",
        sent: bool = False,
        refusal: str = "",
        status: int = 200,
    ) -> HttpResponse:
        """Answer with the step: each field with what is wrong with it, and with others' texts."""
        step = self.step()
        questions = step.questions(desk, more)
        typed = [name for name in step.names(desk) if name in desk.draft.typed]
        unsound = profiles.problems_of(self.record, desk.profile(), typed)
        for one in questions:
            one.problems = unsound.get(one.attributes.get("slot", ""), [])
        place = [*STEPS].index(step.code) + 1
        return self.shown(
            "orgs/profiles/step.html",
            status=status,
            title=step.title,
            step=step,
            place=place,
            questions=questions,
            suggestions=suggestions(questions),
            seen=drafts.seen_of(
                desk, [one.attributes["slot"] for one in questions if one.attributes.get("slot")]
            ),
            saved=desk.draft.saved if desk.draft.pk and desk.draft.typed else None,
            faulty=[one for one in questions if one.problems or one.others],
            refusal=refusal,
            sent=sent,
        )


class Preview(ProfileView, OrganizationPage):
    """The entry as it will appear, and the button that sends it."""

    # It stands at no address of an entry.
    kinds: Any = ()
    document: dict

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the entry as it would be if this were sent."""
        return self.preview(drafts.opened(self.account, self.record))

    def now(self) -> dict:
        """Return the document that the page shows."""
        return self.document

    def preview(self, desk: drafts.Desk, refusal: Iterable[str] = (), status: int = 200) -> Any:
        """Show it: the entry's own page, with the document that would be composed."""
        refused = list(refusal)
        conflicts = desk.conflicts()
        unsound = profiles.problems_of(
            self.record, desk.profile(), [n for n in desk.draft.typed if n not in conflicts]
        )
        document = self.entry.read()
        if not unsound:
            try:
                changeset = drafts.changeset_of(desk)
                if not changeset.is_empty():
                    composed = changeset.preview(lambda: composed_now(self.record))
                    document |= json.loads(composed) if composed else {}
            except ValidationError as error:
                refused += error.messages
        self.document = document
        context = self.get_context_data()
        context |= {
            "entry": self.entry,
            "title": gettext("As it will appear: %(name)s") % {"name": document["label"]},
            "key": drafts.key_for(self.account.pk, self.record.pk),
            "token": uuid.uuid4(),
            "shown": desk.shown(),
            "refused": refused,
            "faulty": [
                {"title": step.title, "address": self.address(f"{step.code}/")}
                for step in STEPS.values()
                if any(name in conflicts or name in unsound for name in step.names(desk))
            ],
            "conflicts": [
                {"mine": desk.of(name).value, "others": others}
                for name, others in conflicts.items()
            ],
            "nothing": not desk.changed(),
            "unseen": unseen(desk),
            "last": self.address(f"{[*STEPS][-1]}/"),
            "here": self.address(),
            "trusted": Representative.objects.standing()
            .filter(account=self.account, record=self.record, trusted=True)
            .exists(),
        }
        return render(self.request, "orgs/profiles/preview.html", context, status=status)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Send it, once its author has agreed to the licence of the data."""
        desk = drafts.opened(self.account, self.record)
        if not request.POST.get("agreed"):
            told = gettext("Agree that everybody may use what you say, or leave it unsent.")
            return self.preview(desk, [told], status=400)
        shown = request.POST.get("shown", "")
        reason = gettext("The organization updated its own page.")
        try:
            token = uuid.UUID(request.POST.get("token", ""))
        except ValueError:
            token = uuid.uuid4()
        try:
            drafts.send(desk, reason, token, shown)
        except drafts.NothingNew:
            return HttpResponseRedirect(self.address("submitted/"))
        except drafts.StillTwo:
            desk = drafts.opened(self.account, self.record)
            told = gettext("Something has been added since you looked. Look at it again.")
            return self.preview(desk, [] if desk.conflicts() else [told], status=409)
        except Conflict as conflict:
            return self.preview(desk, [str(conflict)], status=409)
        except ValidationError as refused:
            return self.preview(desk, refused.messages, status=400)
        return HttpResponseRedirect(self.address("submitted/"))


def composed_now(record: Record) -> str | None:
    """Return the public document of a record as the tables stand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT compose(%s, NULL, NULL, 0, %s)", (record.pk, Counter.today()))
        return cursor.fetchone()[0]


class Submitted(ProfileView):
    """What happens to what was sent."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Tell where the last proposal of this account for this body is."""
        changesets = Changeset.objects.filter(author=self.account, on_behalf=self.record)
        changeset = changesets.exclude(state=Changeset.State.DRAFT).order_by("-id").first()
        if changeset is None:
            return HttpResponseRedirect(self.address())
        return self.shown(
            "orgs/profiles/submitted.html", title=gettext("What happens next"), changeset=changeset
        )


class Answers(StepPage):
    """What others say about the body, each with the way to answer; and the answers it has given."""

    def step(self) -> Step:
        """Return the step of taking back what was answered."""
        return TAKEN_BACK

    def page(self, desk: drafts.Desk, *args: Any, status: int = 200, **more: Any) -> Any:
        """Show what others say, and what the body has answered."""
        document = read(self.entry.read())
        notes = Notes(document["sources"])
        said = answers.answerable(self.record)
        given = [item for item in items_of(document) if by_itself(item, document["id"])]
        beside = {one.pk for one, _ in profiles.statements_of(self.record)}
        return self.shown(
            "orgs/profiles/answers.html",
            status=status,
            title=gettext("What others say about us"),
            said=said.values(),
            stale=[
                {"name": name, "words": answers.words(str(desk.of(name).value))}
                for name in stale(desk, said)
            ],
            given=[
                {"item": item, "name": f"taken.{item['statement']}",
                 "ticked": desk.of(f"taken.{item['statement']}").value == "yes"}
                for item in given if item["statement"] in beside
            ],
            answered={number for number in said if f"answer.{number}" in desk.changed()},
            notes=notes,
            seen=drafts.seen_of(desk, TAKEN_BACK.names(desk)),
        )  # fmt: skip

    def next(self, go: str) -> str:
        """Return where a button leads."""
        return self.address("preview/" if go != "leave" else "")


class TakenBack(Step):
    """Which of its answers the body takes back."""

    code = "answers"
    title = gettext_lazy("What others say about us")

    def names(self, desk: drafts.Desk) -> list[str]:
        """Return a field for each answer that was given, and for each unsent one that is stale."""
        taken = [f"taken.{one.pk}" for one, _ in profiles.statements_of(desk.record)]
        return taken + stale(desk, answers.answerable(desk.record))

    def values(self, sent: Any) -> dict[str, Any]:
        """Return what was ticked, and what was not; of unsent answers those to be dropped."""
        offered = sent.getlist("offered")[:200]
        taken = [name for name in offered if name.startswith("taken.")]
        dropped = [name for name in offered if name.startswith("answer.") and sent.get(name)]
        return {name: "yes" if sent.get(name) else "" for name in taken} | dict.fromkeys(
            dropped, ""
        )


TAKEN_BACK = TakenBack()


def stale(desk: drafts.Desk, answerable: dict[int, dict]) -> list[str]:
    """Return the unsent answers to what the public entry does not say, or not any more."""
    kept = {f"answer.{number}" for number in answerable}
    return [name for name in desk.draft.typed if name.startswith("answer.") and name not in kept]


class AnswerPage(StepPage):
    """The answer to one sentence: that it is not so, or how the body says it."""

    def step(self) -> Step:
        """Return the step of answering the statement at this address.

        Raises Http404 for what cannot be answered, whatever it is.
        """
        number = int(self.kwargs["number"])
        if number not in answers.answerable(self.entry.pk):
            raise Http404
        return AnswerStep(self.entry.pk, number)

    def page(self, desk: drafts.Desk, *args: Any, status: int = 200, **more: Any) -> Any:
        """Show the sentence, and the form of the answer, filled in with what it says."""
        number = int(self.kwargs["number"])
        name = f"answer.{number}"
        held = desk.of(name)
        answer = answers.read(str(held.value))
        try:
            item = answers.answerable(self.record)[number]
            form = answers.form_of(self.record, number, answer)
        except (KeyError, ValidationError):
            raise Http404 from None
        problems = profiles.problems_of(self.record, desk.profile(), [name] if held.value else [])
        return self.shown(
            "orgs/profiles/answer.html",
            status=status,
            title=gettext("Your answer"),
            item=item,
            notes=Notes(read(self.entry.read())["sources"]),
            form=form,
            how=answer.get("how", ""),
            problems=problems.get(name, []),
            others=held.others,
            seen=drafts.seen_of(desk, [name]),
            others_page=self.address("answers/"),
        )

    def next(self, go: str) -> str:
        """Return where a button leads."""
        return self.address("preview/" if go == "on" else "answers/" if go == "back" else "")


class AnswerStep(Step):
    """The fields of one answer, which are kept as one."""

    def __init__(self, record: int, number: int) -> None:
        self.record = record
        self.number = number
        self.code = f"answers/{number}"

    def names(self, desk: drafts.Desk) -> list[str]:
        """Return the one field."""
        return [f"answer.{self.number}"]

    def values(self, sent: Any) -> dict[str, Any]:
        """Return what was answered; nothing if it was not said how."""
        try:
            return {f"answer.{self.number}": answers.written(self.record, self.number, sent)}
        except ValidationError:  # retired a moment ago
            raise Http404 from None


def unseen(desk: drafts.Desk) -> list[str]:
    """Return the contacts that would not be public, and so do not stand on the page."""
    profile = desk.profile()
    return [
        text
        for name in profiles.CONTACTS
        for text in profiles.texts(profile, name)
        if profiles.readers_of(name, profile) != Tier.PUBLIC
    ]
