"""The pages of organizations, places, sources, terms and arenas, and what all pages rest on.

Pages read entries only; other clocks and histories come from `orgs.history` with the public's
eyes. So nothing that is not public can reach them.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Case, Max, Q, QuerySet, When
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
    QueryDict,
)
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext_lazy
from django.views.generic import TemplateView

from .filters import (
    DaysField,
    EntryFilter,
    OrganizationFilter,
    PartnershipFilter,
    PlaceFilter,
    SourceFilter,
    TermFilter,
    facet_counts,
)
from .history import history_of, known_at_of, recall
from .models import PARTS, Counter, Entry, EntryChange, Facet, FormerSlug, Record, path_of
from .models.entry import RECORD_KINDS, EntryQuerySet
from .paging import ORDERS, Page, paged
from .templatetags.statements import Notes

CARDS = ("id", "key", "kind", "slug", "label", "sort_key", "card", "change", "updated")
"""The columns of an entry that a list needs: the narrow ones."""

MOST = 200
"""How many other entries a page reads to tell what they say; a list tells the rest."""


# Addresses --------------------------------------------------------------------------------------


class Withdrawn(Exception):
    """That what stood at an address was withdrawn; its entry keeps the day and the reason class."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.key)
        self.entry = entry


def published_at(kinds: Iterable[str], slug: str) -> Entry:
    """Return the published entry of these kinds at an address, a former one included.

    After a move or a merge its slug is another one. Raises Http404, and Withdrawn. What is hidden
    and what never was take the same two queries and get the same answer.
    """
    entries = Entry.objects.of_kinds(*kinds)
    entry = entries.filter(slug=slug).first()
    if entry is not None:
        return survivor(entry)
    entry = entries.filter(
        Q(id__in=FormerSlug.objects.filter(slug=slug).values("record_id"))
        | Q(state=Entry.State.MERGED, id__in=Record.objects.filter(slug=slug).values("id"))
    ).first()
    if entry is None or entry.state == Entry.State.GONE:
        raise Http404
    entry = survivor(entry)
    # A former name must not lead to a record whose name is withheld since: it would tell it.
    if entry.slug == entry.key:
        raise Http404
    return entry


def survivor(entry: Entry) -> Entry:
    """Return the entry itself, or the one it lives on in after merges.

    Raises Http404 if that one is hidden, and Withdrawn.
    """
    seen: set[str] = set()
    while entry.state == Entry.State.MERGED and entry.key not in seen:
        seen.add(entry.key)
        successor = Entry.objects.filter(key=entry.successor).first()
        if successor is None:
            raise Http404
        entry = successor
    if entry.state == Entry.State.GONE:
        raise Withdrawn(entry)
    if entry.state != Entry.State.PUBLISHED:
        raise Http404
    return entry


def withdrawn(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Answer with what is left of a withdrawn record: the day and the class of the reason."""
    return render(request, "410.html", {"gone": entry}, status=410)


def with_query(request: HttpRequest, address: str) -> str:
    """Return an address with the question of this request behind it."""
    path, hash_sign, fragment = address.partition("#")
    query = request.META.get("QUERY_STRING", "")
    return f"{path}?{query}{hash_sign}{fragment}" if query else address


class Address(TemplateView):
    """A page about one entry, at the address of its slug. `tail` is what follows that address."""

    kinds: tuple[str, ...] = ()
    tail = ""
    entry: Entry

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the page, or lead to where the entry is now."""
        try:
            self.entry = published_at(self.kinds, kwargs["slug"])
        except Withdrawn as gone:
            return withdrawn(request, gone.entry)
        if self.entry.slug != kwargs["slug"] or self.entry.kind not in self.kinds:
            there = self.entry.get_absolute_url() + self.tail
            return HttpResponsePermanentRedirect(with_query(request, there))
        return super().get(request, *args, **kwargs)


def permanent(request: HttpRequest, name: str) -> HttpResponse:
    """Lead from a permanent id to the page of what it names, for ever.

    Takes the key (a UUID) of a record, or the number of a record, source, term, arena, membership
    or statement.
    """
    by_number = name.isdigit()
    entry = Entry.objects.filter(**({"id": int(name)} if by_number else {"key": name})).first()
    if entry is None and by_number:
        return _permanent_of_statement(request, int(name))
    if entry is None:
        raise Http404
    try:
        there = survivor(entry)
    except Withdrawn as gone:
        return withdrawn(request, gone.entry)
    if there.kind == "membership":
        url = json.loads(there.document)["url"]
    else:
        url = there.get_absolute_url()
    if there is entry:
        return HttpResponseRedirect(with_query(request, url))
    return HttpResponsePermanentRedirect(with_query(request, url), preserve_request=True)


def _permanent_of_statement(request: HttpRequest, number: int) -> HttpResponse:
    """Lead to the sentence that has this number; to the history if it is said no longer.

    Whether there is one is judged by what the public may read of its record, now or ever, in the
    same two queries whether it is secret, hidden or never was.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.kind, e.slug, said.retired IS NOT NULL FROM orgs_entry e"
            " JOIN orgs_statement s ON s.record_id = e.id AND s.id = %s AND s.tier = 0"
            " CROSS JOIN LATERAL said_of(e.id, NULL, NULL, 0, %s) said"
            " WHERE e.state = 'published' AND said.id = s.id",
            (number, Counter.today()),
        )
        found = cursor.fetchone()
    if found is None:
        raise Http404
    kind, slug, retired = found
    page = path_of(kind, slug) + ("history/" if retired else "")
    return HttpResponseRedirect(f"{page}#statement-{number}")


# Documents --------------------------------------------------------------------------------------


def read(document: dict) -> dict:
    """Return a document of a record with every statement knowing its part, and traits their scheme.

    What a body calls itself and what others call it are parts of their own, for organizations
    as for networks and coalitions.
    """
    for part in PARTS:
        if part != "traits":
            for item in document.get(part, ()):
                item["part"] = part
    for scheme, items in document.get("traits", {}).items():
        for item in items:
            item |= {"part": "traits", "scheme": scheme}
    forms_said = document.get("traits", {}).get("form", [])
    document["calls_itself"] = [item for item in forms_said if by_itself(item, document["id"])]
    document["called"] = [item for item in forms_said if not by_itself(item, document["id"])]
    return document


def by_itself(item: dict, key: str) -> bool:
    """Whether a statement about a body is in its own voice."""
    return item["voice"] == "own" or (item["speaker"] or {}).get("id") == key


def items_of(document: dict) -> Iterable[dict]:
    """Return every statement in a document of a record."""
    for part in PARTS:
        content = document.get(part, [])
        lists = content.values() if isinstance(content, dict) else [content]
        for items in lists:
            yield from items


def documents(entries: Iterable[Entry]) -> list[dict]:
    """Return the documents of records, ready to be read."""
    return [read(json.loads(entry.document)) for entry in entries]


def mention(document: dict) -> dict:
    """Return how another page names what a document is about."""
    return {name: document[name] for name in ("id", "kind", "slug", "label", "url")}


def said_elsewhere(others: list[dict], part: str, field: str, key: str) -> list[dict]:
    """Return what other documents say in one part about the record of this key.

    Each statement knows its `subject`, the record in whose document it stands.
    """
    return [
        {**item, "subject": mention(document)}
        for document in others
        for item in document[part]
        if (item.get(field) or {}).get("id") == key
    ]


def scheme_names(schemes: Iterable[str]) -> dict[str, str]:
    """Return what schemes of terms are called, by their codes; the codebook explains itself."""
    slugs = [f"scheme:{scheme}" for scheme in schemes]
    rows = Entry.objects.published().of_kinds("term").filter(slug__in=slugs)
    return {slug.partition(":")[2]: label for slug, label in rows.values_list("slug", "label")}


class Clocks(forms.Form):
    """Another day, or another state of the catalogue, at which to read one entry."""

    as_of = DaysField(
        required=False,
        max_length=40,
        label=gettext_lazy("As it was in"),
        help_text=gettext_lazy("A year, month or day: 2010, 2010-10, 2010-10-08."),
    )
    known_at = forms.CharField(
        required=False,
        max_length=60,
        label=gettext_lazy("As the catalogue knew it at"),
        help_text=gettext_lazy("The number of a change, or a date and time with its zone."),
    )

    def clean_known_at(self) -> int | None:
        """Return the number of the change, None if none is asked for."""
        text = self.cleaned_data["known_at"]
        if not text:
            return None
        number = known_at_of(text)
        newest = EntryChange.objects.aggregate(newest=Max("change"))["newest"] or 0
        if text.isdigit() and number > newest:
            raise ValidationError(
                gettext("There is no change %(number)s yet; the newest is %(newest)s.")
                % {"number": number, "newest": newest}
            )
        return number


# Pages of one record ------------------------------------------------------------------------------

LOOKED_FOR = {
    "organization": ("arenas", "dates", "texts", "places", "memberships", "links"),
    "partnership": ("arenas", "dates", "texts", "places", "memberships", "links"),
    "gathering": ("dates", "places", "texts"),
    "campaign": ("dates", "texts"),
    "instrument": ("texts", "legal_acts"),
    "project": ("dates", "texts"),
    "demand": ("texts",),
    "case": ("texts", "relations"),
    "place": ("context",),
}
"""What a reader expects to find on record, by kind. Not contacts: they are rarely public. Not
members and participants: the documents of others tell them."""


class EntryPage(Address):
    """The page of one record: everything that is said about it, each sentence with its note."""

    template_name = "orgs/entry.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the page; what was not known then is 404, a clock that none reads is 400."""
        answer = super().get(request, *args, **kwargs)
        context = getattr(answer, "context_data", None)
        if context is not None:
            if context["clocks"].errors:
                answer.status_code = 400
            elif context["document"] is None:
                answer.status_code = 404
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        clocks = Clocks(self.request.GET)
        asked = clocks.cleaned_data if clocks.is_valid() else {}
        recalled = bool(asked.get("as_of") or asked.get("known_at") is not None)
        document: dict | None = (
            recall(self.entry, asked.get("as_of"), asked.get("known_at"))
            if recalled
            else json.loads(self.entry.document)
        )
        context = {
            "entry": self.entry,
            "document": document,
            "clocks": clocks,
            "recalled": recalled,
            "title": document["label"] if document else self.entry.label,
        }
        if document is not None:
            read(document)
            notes = Notes(document["sources"])
            others = [] if recalled else self.others(notes)
            context |= {
                "notes": notes,
                "others": others,
                "schemes": scheme_names(document["traits"]),
                "incoming": said_elsewhere(others, "relations", "object", document["id"]),
                "absent": absent(document) if not recalled else [],
                **arranged(document),
            }
            context |= {} if recalled else self.answers(document)
        return super().get_context_data(**context, **kwargs)

    def others(self, notes: Notes) -> list[dict]:
        """Return the documents of other records that mention this one, the tied ones first."""
        tied = list(
            Facet.objects.filter(
                filter__in=("related", "involved_in"), value=str(self.entry.id)
            ).values_list("id", flat=True)
        )
        entries = (
            Entry.objects.published()
            .of_kinds(*RECORD_KINDS)
            .filter(mentions__contains=[self.entry.id])
            .exclude(id=self.entry.id)
            .annotate(loose=Case(When(facets__overlap=tied, then=0), default=1))
            .order_by("loose", "sort_key", "id")
        )
        found = documents(entries.only("id", "document")[:MOST])
        for document in found:
            notes.know(document["sources"])
        return found

    def answers(self, document: dict) -> dict[str, Any]:
        """Return what the filters answer about this record: questions, never copied into it."""
        return {}


def arranged(document: dict) -> dict[str, Any]:
    """Return the statements of a document as its page is read, from top to bottom."""
    names = document["names"]
    heading = next(
        (item for item in names if item["text"] == document["label"] and item["holds"]), None
    )
    in_line = [item for item in document["places"] if item["role"] in ("seat", "held_at")]
    line = [*document["arenas"], *in_line, *document["dates"]]
    for item in line:
        item["short"] = True  # its note tells the rest
    measures: dict[str, list[dict]] = {}
    for item in document["figures"]:
        measures.setdefault(item["measure"], []).append(item)
    return {
        "heading": heading,
        "other_names": [item for item in names if item is not heading],
        "line": line,
        "own_words": [item for item in document["texts"] if item["text_kind"] == "own_words"],
        "summaries": [item for item in document["texts"] if item["text_kind"] != "own_words"],
        "places": [item for item in document["places"] if item not in in_line],
        "traits": [
            (scheme, items)
            for scheme, items in document["traits"].items()
            if scheme not in ("form", "sphere")
        ],
        "figures": [(code, items[0]["label"], items) for code, items in measures.items()],
        "reached_by": [*document["identifiers"], *document["links"], *document["contacts"]],
    }


def absent(document: dict) -> list[dict]:
    """Return what a reader may expect and the public record does not have, and why.

    None found, not researched and withheld are different answers; what is withheld is declared
    elsewhere, whether or not there is anything.
    """
    verdicts = {item["field"]: item for item in document["coverage"]}
    declared = {item["field"] for item in document["withheld"]}
    return [
        {"part": part, "coverage": verdicts.get(part)}
        for part in LOOKED_FOR.get(document["kind"], ())
        if part in document and not document[part] and part not in declared
    ]


class OrganizationPage(EntryPage):
    """An organization; a network or coalition shows its members too."""

    kinds = ("organization", "partnership")
    template_name = "orgs/organization.html"

    def answers(self, document: dict) -> dict[str, Any]:
        """Return the members of a network or coalition."""
        if document["kind"] != "partnership":
            return {}
        memberships = (
            Entry.objects.published()
            .of_kinds("membership")
            .holding(["partnership"], [str(self.entry.id)])
        )
        found = [
            json.loads(entry.document) for entry in memberships.order_by("sort_key", "id")[:MOST]
        ]
        members = [
            {**one["membership"], "part": "memberships", "subject": one["member"]} for one in found
        ]
        return {"members": members, "more_members": len(found) == MOST}


class Here(NamedTuple):
    """What a place can be to others: who they are, by which filters, and where all are listed."""

    heading: str | Promise
    kinds: tuple[str, ...]
    filters: tuple[str, ...]
    listed: str


ACTORS = ("organization", "partnership")
UNDERTAKINGS = ("gathering", "campaign", "instrument", "project", "demand", "case")
HERE = (
    Here(gettext_lazy("Have their seat here"), ACTORS, ("country",), "/organizations/?country="),
    Here(
        gettext_lazy("Are registered here"), ACTORS, ("registered",), "/organizations/?registered="
    ),
    Here(gettext_lazy("Act here"), ACTORS, ("active_in",), "/organizations/?active_in="),
    Here(
        gettext_lazy("Have members here"),
        ACTORS,
        ("has_members_in",),
        "/organizations/?has_members_in=",
    ),
    Here(
        gettext_lazy("Have an organized membership base here"),
        ACTORS,
        ("organized_base_in",),
        "/organizations/?organized_base_in=",
    ),
    Here(
        gettext_lazy("Their people live here"), ACTORS, ("residence",), "/organizations/?residence="
    ),
    Here(
        gettext_lazy("Their people come from here"), ACTORS, ("origin",), "/organizations/?origin="
    ),
    Here(
        gettext_lazy("Gatherings held or planned here"),
        ("gathering",),
        ("held_at",),
        "/gatherings/?held_at=",
    ),
    Here(
        gettext_lazy("What else is done here, or by people from here"),
        UNDERTAKINGS,
        ("active_in", "has_members_in", "residence", "origin"),
        "/search/?mentions=",
    ),
)
FIRST = 8
"""How many names a place shows of each."""


class PlacePage(EntryPage):
    """A country, state, city or region: its context, who is there, who comes from there."""

    kinds = ("place",)
    template_name = "orgs/place.html"

    def answers(self, document: dict) -> dict[str, Any]:
        """Return who stands in which relation to the place, the first of each by name."""
        numbers = dict(Facet.objects.filter(value=str(self.entry.id)).values_list("filter", "id"))
        found = []
        for here in HERE:
            facets = [numbers[name] for name in here.filters if name in numbers]
            entries = Entry.objects.published().of_kinds(*here.kinds)
            entries = entries.filter(facets__overlap=facets).order_by("sort_key", "id")
            first = list(entries.only(*CARDS)[: FIRST + 1]) if facets else []
            if first:
                found.append(
                    {
                        "heading": here.heading,
                        "entries": first[:FIRST],
                        "more": len(first) > FIRST,
                        "listed": here.listed + self.entry.slug,
                    }
                )
        return {"here": found}


class HistoryPage(Address):
    """What every change did to one record, newest first."""

    template_name = "orgs/history.html"
    tail = "history/"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        return super().get_context_data(
            entry=self.entry,
            changes=history_of(self.entry),
            notes=Notes(json.loads(self.entry.document)["sources"]),
            title=gettext("History of %(name)s") % {"name": self.entry.label},
            **kwargs,
        )


class CitePage(Address):
    """How to cite one record as it is now, so that the address shows the same for ever."""

    template_name = "orgs/cite.html"
    tail = "cite/"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        base = settings.BASE_URL or f"{self.request.scheme}://{self.request.get_host()}"
        return super().get_context_data(
            entry=self.entry,
            document=json.loads(self.entry.document),
            stable=f"{base}/id/{self.entry.key}?known_at={self.entry.change}",
            day=self.entry.updated.date(),
            title=gettext("Cite %(name)s") % {"name": self.entry.label},
            **kwargs,
        )


# Lists --------------------------------------------------------------------------------------------


class Question(NamedTuple):
    """How a page words a question: over its answers, and in the sentence about what is shown."""

    legend: str | Promise
    phrase: str | Promise


QUESTIONS: dict[str, Question] = {
    "q": Question(gettext_lazy("Words"), gettext_lazy("found by the words {}")),
    "arena": Question(gettext_lazy("Arena"), gettext_lazy("in the arena {}")),
    "country": Question(gettext_lazy("Seat"), gettext_lazy("with their seat in {}")),
    "registered": Question(gettext_lazy("Registered in"), gettext_lazy("registered in {}")),
    "active_in": Question(gettext_lazy("Acts in"), gettext_lazy("active in {}")),
    "has_members_in": Question(gettext_lazy("Has members in"), gettext_lazy("with members in {}")),
    "organized_base_in": Question(
        gettext_lazy("Organized base in"), gettext_lazy("with an organized membership base in {}")
    ),
    "origin": Question(gettext_lazy("People come from"), gettext_lazy("whose people come from {}")),
    "residence": Question(gettext_lazy("People live in"), gettext_lazy("whose people live in {}")),
    "identity": Question(gettext_lazy("Identity basis"), gettext_lazy("based on the identity {}")),
    "sector": Question(gettext_lazy("Sector"), gettext_lazy("of the sector {}")),
    "sphere": Question(gettext_lazy("Sphere"), gettext_lazy("of the sphere {}")),
    "leadership": Question(gettext_lazy("Leadership"), gettext_lazy("with the leadership {}")),
    "orientation": Question(gettext_lazy("Orientation"), gettext_lazy("oriented to {}")),
    "activity": Question(gettext_lazy("Activity"), gettext_lazy("with the activity {}")),
    "organ": Question(gettext_lazy("Organ"), gettext_lazy("with the organ {}")),
    "service_level": Question(gettext_lazy("Level of work"), gettext_lazy("working on {}")),
    "calls_itself": Question(gettext_lazy("Calls itself"), gettext_lazy("calling themselves {}")),
    "called": Question(gettext_lazy("Called by others"), gettext_lazy("called {} by others")),
    "partnership": Question(gettext_lazy("Member of"), gettext_lazy("members of {}")),
    "involved_in": Question(gettext_lazy("Takes part in"), gettext_lazy("taking part in {}")),
    "source": Question(gettext_lazy("Source"), gettext_lazy("with sentences from the source {}")),
    "voice": Question(gettext_lazy("Voice"), gettext_lazy("with sentences in the voice {}")),
    "mentions": Question(gettext_lazy("Mentions"), gettext_lazy("mentioning {}")),
    "related": Question(gettext_lazy("Related to"), gettext_lazy("related to {}")),
    "part_of": Question(gettext_lazy("Part of"), gettext_lazy("part of {}")),
    "event": Question(gettext_lazy("What happened"), gettext_lazy("of which it is said: {}")),
    "measure": Question(gettext_lazy("Figures"), gettext_lazy("with a figure for {}")),
    "identifier": Question(gettext_lazy("Identifier"), gettext_lazy("with the identifier {}")),
    "trait": Question(gettext_lazy("Described as"), gettext_lazy("described by the term {}")),
    "place_type": Question(gettext_lazy("Kind of place"), gettext_lazy("of the kind {}")),
    "dimension": Question(
        gettext_lazy("Dimension of context"), gettext_lazy("with a finding about {}")
    ),
    "source_kind": Question(gettext_lazy("Kind of source"), gettext_lazy("of the kind {}")),
    "published_by": Question(gettext_lazy("Published by"), gettext_lazy("published by {}")),
    "scheme": Question(gettext_lazy("Scheme"), gettext_lazy("of the scheme {}")),
    "updated_since": Question(gettext_lazy("Changed since"), gettext_lazy("changed since {}")),
    "as_of": Question(gettext_lazy("As it was in"), gettext_lazy("as of {}")),
}

SORTS = {
    "relevance": gettext_lazy("best match"),
    "name": gettext_lazy("name"),
    "-name": gettext_lazy("name, from Z"),
    "-updated": gettext_lazy("last changed first"),
    "updated": gettext_lazy("longest unchanged first"),
}

FREE = ("q", "as_of", "updated_since", "identifier")
"""Questions whose values are words of the reader's own."""

VISIBLE = 8
"""How many answers of one question are shown at once; the rest unfolds."""


class EntryList(TemplateView):
    """A list of entries: the questions asked of it, and the answer, page by page.

    Names that are not questions are ignored. A value that cannot be understood is told beside its
    question, and nothing is shown: a list that ignores a question is no answer to it.
    """

    template_name = "orgs/list.html"
    filterset_class: type[EntryFilter]
    title: str | Promise
    lead: str | Promise = ""
    counted: Any
    """The number and noun of what is listed, as a lazy plural."""
    asked: tuple[str, ...] = ()
    """The questions that are offered with their answers and counts, the most used first."""
    words: Mapping[str, Question] = QUESTIONS
    api = ""
    """The collection of the API that answers the same questions."""
    given: Mapping[str, str] = {}
    """What the page itself asks of that collection, beside what its reader asks."""
    columns: tuple[str, ...] = CARDS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the page, 400 if one of its questions cannot be understood."""
        context = self.get_context_data(**kwargs)
        status = 400 if context["listing"].problems else 200
        return self.render_to_response(context, status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        return super().get_context_data(
            listing=Listing(self, self.request.GET), title=self.title, lead=self.lead, **kwargs
        )

    def entries(self) -> EntryQuerySet:
        """Return what is listed when nothing is asked."""
        return Entry.objects.published().of_kinds(*self.filterset_class.kinds)

    def row(self, entry: Entry) -> dict[str, Any]:
        """Return what the list shows of one entry."""
        return {**json.loads(entry.card), "updated": entry.updated, "change": entry.change}


NOTHING = Page([], None, None, 0, "exact")


class Listing:
    """The questions that a reader asks of a list, and the answer. Takes the page and its query."""

    def __init__(self, page: EntryList, query: QueryDict) -> None:
        self.view = page
        self.asked = QueryDict(mutable=True)
        for name in page.filterset_class.base_filters:
            if values := [value for value in query.getlist(name) if value.strip()]:
                self.asked.setlist(name, values)
        self.not_as_known = bool(query.get("known_at", "").strip())
        self.filterset = page.filterset_class(self.asked, page.entries())
        self.problems: dict[str, list[str]] = {
            name: [str(problem) for problem in problems]
            for name, problems in self.filterset.form.errors.items()
        }
        for name, problem in self.filterset.unknown_values().items():
            self.problems.setdefault(name, []).append(problem)
        self.sort = self._sort(query.get("sort", ""))
        self.entries = Entry.objects.none() if self.problems else self.filterset.qs
        self.page = self._page(query.get("cursor", ""))
        self.rows = [page.row(entry) for entry in self.page.rows]
        self.questions = self._questions()

    def _sort(self, given: str) -> str:
        searched = "q" in self.asked
        if given and given not in ORDERS:
            self.problems["sort"] = [
                gettext("Choose one of these orders: %(orders)s.") % {"orders": ", ".join(ORDERS)}
            ]
        if given in ORDERS and (searched or given != "relevance"):
            return given
        return self.usual_sort

    @property
    def usual_sort(self) -> str:
        """Return the order of a list for which none is asked."""
        return "relevance" if "q" in self.asked else "name"

    def _page(self, cursor: str) -> Page:
        if self.problems:
            return NOTHING
        try:
            return paged(self.entries.only(*self.view.columns), self.sort, cursor)
        except ValidationError as error:
            self.problems |= error.message_dict
            self.entries = Entry.objects.none()
            return NOTHING

    # The questions

    def values(self, name: str) -> list[str]:
        """Return the values asked about, as typed."""
        if name not in self.asked:
            return []
        cleaned = self.filterset.form.cleaned_data.get(name)
        return cleaned if isinstance(cleaned, list) else [str(self.asked[name])]

    def _questions(self) -> list[dict]:
        """Return the offered questions, each with its answers and how many entries hold them."""
        if self.problems:
            counts: dict[str, list[dict]] = {}
        else:
            idle = [name for name in self.view.asked if not self.values(name)]
            counts = self._counts(self.entries, idle)
            for name in set(self.view.asked) - set(idle):
                # What choosing another answer would show: as if this question were not asked.
                asked = self.asked.copy()
                del asked[name]
                other = self.view.filterset_class(asked, self.view.entries())
                counts |= self._counts(other.qs, [name])
        self.labels = self._labels(counts)
        return [self._question(name, counts.get(name, [])) for name in self.view.asked]

    def _labels(self, counts: dict[str, list[dict]]) -> dict[tuple[str, str], str]:
        """Return what the values asked about are called, by question and value.

        The counts name what is found; whatever else names something is looked up, in one query.
        """
        labels = {
            (name, answer["value"].lower()): answer["label"]
            for name, answers in counts.items()
            for answer in answers
        }
        wanted = {
            (name, value.lower()): self._named(name, value.lower())
            for name in self.asked
            for value in self.values(name)
            if name not in FREE and (name, value.lower()) not in labels
        }
        if wanted:
            entries = Entry.objects.published().filter(
                slug__in={slug for slug, _ in wanted.values()}
            )
            found = {
                (slug, kind): label
                for slug, kind, label in entries.values_list("slug", "kind", "label")
            }
            for asked, (slug, kinds) in wanted.items():
                named = [
                    label for (one, kind), label in found.items() if one == slug and kind in kinds
                ]
                if named:
                    labels[asked] = named[0]
        return labels

    def _named(self, name: str, value: str) -> tuple[str, tuple[str, ...]]:
        """Return the slug, and the kinds of entry, that a value of a question may stand for."""
        question = self.filterset.filters[name]
        if name == "trait":
            return value, ("term",)
        if name == "arena":
            return value, ("arena",)
        if name == "mentions":
            return value, (*RECORD_KINDS, "source")
        if question.of:
            return value, question.of
        scheme = "form" if name in ("calls_itself", "called") else question.name_in_projection
        return f"{scheme}:{value}", ("term",)

    def _counts(self, entries: QuerySet, names: list[str]) -> dict[str, list[dict]]:
        filters = self.filterset.filters
        projected = {name: filters[name].name_in_projection for name in names}
        found = facet_counts(entries, projected.values())
        return {name: found[projected[name]] for name in names}

    def _question(self, name: str, counts: list[dict]) -> dict:
        values = [value.lower() for value in self.values(name)]
        answers = [{**answer, "chosen": answer["value"].lower() in values} for answer in counts]
        known = {answer["value"].lower() for answer in answers}
        answers += [
            {
                "value": value,
                "label": self.labels.get((name, value), value),
                "count": 0,
                "chosen": True,
            }
            for value in values
            if value not in known
        ]
        chosen = [answer for answer in answers if answer["chosen"]]
        rest = [answer for answer in answers if not answer["chosen"]]
        shown = max(VISIBLE - len(chosen), 0)
        return {
            "name": name,
            "legend": self.view.words[name].legend,
            "answers": chosen + rest[:shown],
            "more": rest[shown:],
            "problems": self.problems.get(name, []),
        }

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Return the questions asked that the form does not offer: it keeps them."""
        offered = {*self.view.asked, "q", "as_of"}
        kept = [
            (name, value)
            for name in self.asked
            if name not in offered
            for value in self.asked.getlist(name)
        ]
        return kept + ([("sort", self.sort)] if self.sort != self.usual_sort else [])

    @property
    def problem_list(self) -> list[tuple[str, str | Promise, str]]:
        """Return what is wrong: the question, how it is worded, what to do."""
        return [
            (name, self.view.words[name].legend if name in self.view.words else name, sentence)
            for name, sentences in self.problems.items()
            for sentence in sentences
        ]

    # The sentence that says what is shown

    @property
    def count(self) -> str:
        """Return how many of what are shown: "47 organizations"."""
        words = str(self.view.counted % {"count": self.page.count})
        return words if self.page.count_is == "exact" else gettext("More than %s") % words

    @property
    def parts(self) -> list[dict]:
        """Return every question asked, in words, with the address that leaves it out."""
        parts = []
        for name, question in self.view.words.items():
            before, _, after = str(question.phrase).partition("{}")
            for value in self.values(name):
                parts.append(
                    {
                        "before": before,
                        "value": self.labels.get((name, value.lower()), value),
                        "after": after,
                        "without": self.address(without=(name, value)),
                    }
                )
        return parts

    # Ways on

    def address(
        self,
        without: tuple[str, str] | None = None,
        changed: Mapping[str, str] | None = None,
    ) -> str:
        """Return the address of the same list with something else, or without one value."""
        query = self.asked.copy()
        if without:
            name, value = without
            query.setlist(name, [one for one in self.values(name) if one != value])
        if self.sort != self.usual_sort:
            query["sort"] = self.sort
        for name, value in (changed or {}).items():
            query[name] = value
        written = query.urlencode()
        return f"?{written}" if written else "."

    @property
    def next(self) -> str:
        """Return the address of the next page, "" on the last one."""
        return self.address(changed={"cursor": self.page.next}) if self.page.next else ""

    @property
    def previous(self) -> str:
        """Return the address of the page before, "" on the first one."""
        return self.address(changed={"cursor": self.page.previous}) if self.page.previous else ""

    @property
    def orders(self) -> list[dict]:
        """Return the orders the list can be in."""
        return [
            {
                "label": label,
                "current": code == self.sort,
                "url": self.address(changed={"sort": code}),
            }
            for code, label in SORTS.items()
            if code != "relevance" or "q" in self.asked
        ]

    @property
    def as_json(self) -> str:
        """Return the address of the same list for programs, "" if they have none."""
        query = self.address(changed=self.view.given).removeprefix(".")
        return f"/api/v1/{self.view.api}/{query}" if self.view.api else ""


class OrganizationList(EntryList):
    """Every organization, network and coalition."""

    filterset_class = OrganizationFilter
    title = gettext_lazy("Organizations")
    lead = gettext_lazy(
        "Who acts: organizations of migrants, their allies and counterparts, and the networks "
        "and coalitions they form."
    )
    counted = ngettext_lazy("%(count)s organization", "%(count)s organizations", "count")
    asked = (
        "arena",
        "country",
        "active_in",
        "origin",
        "residence",
        "identity",
        "sector",
        "leadership",
        "partnership",
        "sphere",
        "voice",
        "source",
    )
    api = "organizations"


class PartnershipList(EntryList):
    """Every network and coalition, with what it calls itself and what others call it."""

    template_name = "orgs/partnerships.html"
    filterset_class = PartnershipFilter
    title = gettext_lazy("Networks and coalitions")
    lead = gettext_lazy(
        "Network, coalition and movement are points on one line of growing density and cohesion. "
        "Here they stand together: each with the word it uses for itself and the words others "
        "use for it."
    )
    counted = ngettext_lazy(
        "%(count)s network or coalition", "%(count)s networks and coalitions", "count"
    )
    asked = (
        "calls_itself",
        "called",
        "arena",
        "country",
        "active_in",
        "has_members_in",
        "sector",
        "identity",
        "partnership",
        "source",
    )
    api = "partnerships"
    columns = (*CARDS, "document")

    def row(self, entry: Entry) -> dict[str, Any]:
        """Return the card with what it calls itself and what others call it."""
        document = read(json.loads(entry.document))
        return {
            **super().row(entry),
            "calls_itself": document["calls_itself"],
            "called": document["called"],
            "sources": {source["id"]: source for source in document["sources"]},
        }


class PlaceList(EntryList):
    """Every place."""

    filterset_class = PlaceFilter
    title = gettext_lazy("Places")
    lead = gettext_lazy(
        "Countries, states, cities and regions: what organizing meets with there, who is there, "
        "who comes from there."
    )
    counted = ngettext_lazy("%(count)s place", "%(count)s places", "count")
    asked = ("place_type", "dimension", "source")
    api = "places"


class SourceList(EntryList):
    """Every source."""

    filterset_class = SourceFilter
    title = gettext_lazy("Sources")
    lead = gettext_lazy("Who says what this catalogue repeats.")
    counted = ngettext_lazy("%(count)s source", "%(count)s sources", "count")
    asked = ("source_kind", "published_by")
    api = "sources"


# Sources, terms and arenas -----------------------------------------------------------------------


class SourcePage(Address):
    """A source: what it is, and what it says, record by record."""

    kinds = ("source",)
    template_name = "orgs/source.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        document = json.loads(self.entry.document)
        entries = (
            Entry.objects.published()
            .of_kinds(*RECORD_KINDS)
            .filter(mentions__contains=[self.entry.id])
        )
        problems: dict[str, list[str]] = {}
        try:
            page = paged(
                entries.only(*CARDS, "document"), "name", self.request.GET.get("cursor", ""), 25
            )
        except ValidationError as error:
            problems = error.message_dict
            page = paged(entries.only(*CARDS, "document"), "name", "", 25)
        notes = Notes([{"id": self.entry.key, "short": self.entry.label, "url": document["url"]}])
        about = documents(page.rows)
        works = {cited["cites"] for cited in document["citations"] if cited["cites"]}
        works |= {cited["source"] for cited in document["cited_by"]}
        return super().get_context_data(
            entry=self.entry,
            document=document,
            works=dict(
                Entry.objects.published()
                .of_kinds("source")
                .filter(key__in=works)
                .values_list("key", "label")
            ),
            page=page,
            problems=problems,
            notes=notes,
            said=[
                (
                    mention(one),
                    [item for item in items_of(one) if item["source"] == self.entry.key],
                )
                for one in about
            ],
            title=self.entry.label,
            **kwargs,
        )


class TermList(EntryList):
    """The vocabulary: its schemes, or the terms that some words find."""

    template_name = "orgs/terms.html"
    filterset_class = TermFilter
    title = gettext_lazy("Terms")
    lead = gettext_lazy(
        "The words by which this catalogue describes, each with its definition and the place it "
        "comes from."
    )
    counted = ngettext_lazy("%(count)s term", "%(count)s terms", "count")
    asked = ()
    api = "terms"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        counts = facet_counts(self.entries(), ["scheme"])["scheme"]
        about = {
            entry.slug.partition(":")[2]: json.loads(entry.card)
            for entry in self.entries().filter(slug__startswith="scheme:").only(*CARDS)
        }
        schemes = [
            {**scheme, **about.get(scheme["value"], {"label": scheme["value"], "line": ""})}
            for scheme in counts
        ]
        schemes.sort(key=lambda scheme: scheme["label"].casefold())
        return super().get_context_data(schemes=schemes, **kwargs)


class SchemePage(TemplateView):
    """The terms of one scheme, each at an anchor of its own, with how often each is used."""

    template_name = "orgs/scheme.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows. Raises Http404 for a scheme without terms."""
        scheme = kwargs["scheme"]
        entries = Entry.objects.published().of_kinds("term")
        terms = [
            json.loads(entry.document)
            for entry in entries.holding(["scheme"], [scheme]).only("id", "document")
        ]
        if not terms:
            raise Http404
        terms.sort(key=lambda term: (term["position"], term["code"]))
        scheme_itself = entries.filter(slug=f"scheme:{scheme}").only("id", "document").first()
        about = json.loads(scheme_itself.document) if scheme_itself else {}
        keys = {term["source"] for term in [*terms, about] if term.get("source")}
        sources = Entry.objects.published().of_kinds("source").filter(key__in=keys)
        filters = ["calls_itself", "called"] if scheme == "form" else [scheme]
        used: dict[str, int] = {}
        records = Entry.objects.published().of_kinds(*RECORD_KINDS)
        for answers in facet_counts(records, filters).values():
            for answer in answers:
                used[answer["value"]] = used.get(answer["value"], 0) + answer["count"]
        return super().get_context_data(
            about=about,
            terms=[{**term, "used": used.get(term["code"], 0)} for term in terms],
            sources=dict(sources.values_list("key", "label")),
            title=about.get("label") or scheme.replace("_", " "),
            **kwargs,
        )


class ArenaList(TemplateView):
    """The four arenas, with their definitions and how many stand in each."""

    template_name = "orgs/arenas.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        return super().get_context_data(arenas=arenas(), title=gettext("Arenas"), **kwargs)


def arenas() -> list[dict]:
    """Return the four arenas in the paper's order, each with how many stand in it."""
    shown = Entry.objects.published()
    counts = {
        answer["value"]: answer["count"]
        for answer in facet_counts(shown.of_kinds(*RECORD_KINDS), ["arena"])["arena"]
    }
    found = [json.loads(entry.document) for entry in shown.of_kinds("arena").only("id", "document")]
    found.sort(key=lambda arena: arena["position"])
    return [{**arena, "count": counts.get(arena["slug"], 0)} for arena in found]


class ArenaActorFilter(OrganizationFilter):
    """What can be asked of those who stand in an arena: organizations, networks, gatherings."""

    kinds = ("organization", "partnership", "gathering")


class ArenaPage(EntryList):
    """One arena: its definition, and the actors that constitute it."""

    template_name = "orgs/arena.html"
    filterset_class = ArenaActorFilter
    counted = ngettext_lazy("%(count)s actor", "%(count)s actors", "count")
    asked = ("country", "active_in", "origin", "residence", "sector", "source")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the page. Raises Http404 for anything but the four."""
        self.arena = Entry.objects.published().of_kinds("arena").filter(slug=kwargs["slug"]).first()
        if self.arena is None:
            raise Http404
        self.title = self.arena.label
        # In the spaces gatherings stand beside organizations: no collection of the API has both.
        self.api = "" if self.arena.slug == "space" else "organizations"
        self.given = {"arena": self.arena.slug}
        return super().get(request, *args, **kwargs)

    def entries(self) -> EntryQuerySet:
        """Return those who stand in this arena."""
        return super().entries().holding(["arena"], [self.arena.slug])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        return super().get_context_data(arena=json.loads(self.arena.document), **kwargs)
