"""Sentences and their notes: how a statement of a document is read, and who says it."""

import re
from collections.abc import Callable, Iterable

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy, pgettext

from orgs.projection.entry import Entry
from orgs.records.languages import localized
from orgs.records.record import path_of
from orgs.records.vocabulary import SCHEMES

from .labels import (
    arena_name,
    between_bounds,
    comma,
    in_brackets,
    in_english,
    in_language,
    in_words,
    kind_name,
    language_name,
    part_name,
    prose,
    reason_name,
    spaced,
    web_address,
)
from .translated_labels import translated_label, translated_place, translated_term

register = template.Library()
register.filter(translated_label)
register.filter(translated_place)

# Notes ----------------------------------------------------------------------------------------


class Notes:
    """The notes of one page: one for each statement, numbered in the order they are met.

    Takes the sources of the documents on the page; those that are missing are looked up once,
    when the notes are written.
    """

    def __init__(self, sources: Iterable[dict] = ()) -> None:
        self.sources: dict[str, dict] = {}
        self.items: list[dict] = []
        self._numbers: dict[int, int] = {}
        self._anchored: set[int] = set()
        self.know(sources)

    def know(self, sources: Iterable[dict]) -> None:
        """Remember the sources of one more document."""
        for source in sources:
            self.sources.setdefault(source["id"], source)

    def number(self, item: dict) -> int:
        """Return the number of a statement's note; one that is met first gets the next."""
        statement = item["statement"]
        if statement not in self._numbers:
            self.items.append(item)
            self._numbers[statement] = len(self.items)
        return self._numbers[statement]

    def anchor(self, item: dict) -> bool:
        """Whether this is where the page says it first, so that its note leads back here."""
        first = item["statement"] not in self._anchored
        self._anchored.add(item["statement"])
        return first

    def written(self) -> list[dict]:
        """Return the notes: each statement with its number and its source."""
        missing = {item["source"] for item in self.items} - set(self.sources)
        if missing:
            found = Entry.objects.published().of_kinds("source").filter(key__in=missing)
            self.know(
                {"id": entry.key, "short": entry.label, "url": entry.get_absolute_url()}
                for entry in found.only("id", "key", "kind", "slug", "label")
            )
        return [
            {
                **item,
                "number": self._numbers[item["statement"]],
                "source": self.sources.get(item["source"]),
                "anchored": item["statement"] in self._anchored,
            }
            for item in self.items
        ]


@register.simple_tag
def anchor(notes: Notes, item: dict) -> SafeString:
    """Return the id of the element that says a statement, where the page says it first."""
    if not notes.anchor(item):
        return SafeString("")
    return format_html(' id="statement-{}"', item["statement"])


@register.simple_tag
def mark(notes: Notes, item: dict) -> SafeString:
    """Return the small mark behind a sentence that leads to its note."""
    number = notes.number(item)
    return format_html(
        '<sup class="mark"><a href="#note-{}" aria-label="{}">{}</a></sup>',
        item["statement"],
        gettext("Note %(number)s: who says so") % {"number": number},
        number,
    )


VOICES = {
    "own": gettext_lazy("By the organization itself"),
    "source": gettext_lazy("By the author of the source"),
    "quoted": gettext_lazy("Quoted by the source"),
    "editor": gettext_lazy("Inferred by the editors of this catalogue"),
}
CONFIDENCES = {
    "stated": gettext_lazy("Stated."),
    "implied": gettext_lazy("Implied, not stated."),
    "inferred": gettext_lazy("Inferred."),
}


@register.filter
def voice_name(item: dict) -> SafeString:
    """Return whose words a statement is, as the beginning of its note."""
    speaker = item.get("speaker")
    if not speaker:
        return conditional_escape(VOICES[item["voice"]])
    named = named_link(speaker)
    if item["voice"] == "quoted":
        return format_html(gettext("By {}, quoted in the source"), named)
    return format_html(gettext("{}, on behalf of {}"), VOICES[item["voice"]], named)


@register.filter
def confidence_name(item: dict) -> str:
    """Return how firmly it is said."""
    return str(CONFIDENCES[item["confidence"]])


@register.simple_tag
def speaker_of(notes: Notes, item: dict) -> SafeString:
    """Return who says a statement, as the end of "called a coalition by ..."."""
    if item.get("speaker"):
        return named_link(item["speaker"])
    if item["voice"] == "own":
        return conditional_escape(gettext("the organization itself"))
    if item["voice"] == "editor":
        return conditional_escape(gettext("the editors of this catalogue"))
    source = notes.sources.get(item["source"])
    return (
        named_link({"label": source["short"], "url": source["url"]}) if source else SafeString("")
    )


# Sentences ------------------------------------------------------------------------------------

EVENTS = {
    "founded": (gettext_lazy("Founded"), gettext_lazy("Was not founded")),
    "held": (gettext_lazy("Took place"), gettext_lazy("Did not take place")),
    "planned": (gettext_lazy("Planned for"), gettext_lazy("Is not planned for")),
    "cancelled": (gettext_lazy("Cancelled"), gettext_lazy("Was not cancelled")),
    "ended": (gettext_lazy("Ended"), gettext_lazy("Has not ended")),
}
UNDATED_EVENTS = {"planned": (gettext_lazy("Planned"), gettext_lazy("Is not planned"))}
ROLES = {
    "seat": (gettext_lazy("Has its seat in {}"), gettext_lazy("Does not have its seat in {}")),
    "registered": (gettext_lazy("Registered in {}"), gettext_lazy("Is not registered in {}")),
    "acts_in": (gettext_lazy("Acts in {}"), gettext_lazy("Does not act in {}")),
    "has_members_in": (gettext_lazy("Has members in {}"), gettext_lazy("Has no members in {}")),
    "organized_base_in": (
        gettext_lazy("Has an organized membership base in {}"),
        gettext_lazy("Has no organized membership base in {}"),
    ),
    "constituency_origin": (
        gettext_lazy("Its people come from {}"),
        gettext_lazy("Its people do not come from {}"),
    ),
    "constituency_residence": (
        gettext_lazy("Its people live in {}"),
        gettext_lazy("Its people do not live in {}"),
    ),
    "held_at": (gettext_lazy("Took place in {}"), gettext_lazy("Did not take place in {}")),
}
PLANNED_AT = (
    gettext_lazy("Planned to be held in {}"),
    gettext_lazy("Was not planned to be held in {}"),
)
"""Where what was only planned is said to be held: the plan is all that is known."""
GRADES = {
    "": (gettext_lazy("Member of {}"), gettext_lazy("Is not a member of {}")),
    "member": (gettext_lazy("Member of {}"), gettext_lazy("Is not a member of {}")),
    "affiliate": (gettext_lazy("Affiliate of {}"), gettext_lazy("Is not an affiliate of {}")),
    "observer": (gettext_lazy("Observer in {}"), gettext_lazy("Is not an observer in {}")),
}
NAME_KINDS = {
    "official": gettext_lazy("official name"),
    "acronym": gettext_lazy("acronym"),
    "variant": gettext_lazy("variant"),
    "translation": gettext_lazy("translation"),
    "former": gettext_lazy("former name"),
    "descriptive": gettext_lazy("description; the source gives no name"),
}
VERDICTS = {
    "found": gettext_lazy("looked for and found"),
    "partial": gettext_lazy("partly researched"),
    "none_found": gettext_lazy("looked for, none found"),
    "not_researched": gettext_lazy("not researched"),
    "confirmed": gettext_lazy("reviewed and confirmed"),
}
LINK_KINDS = {
    "website": gettext_lazy("Website"),
    "information": gettext_lazy("Information about it"),
    "document": gettext_lazy("Document"),
}
CONTACT_KINDS = {
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Telephone"),
    "postal": gettext_lazy("Postal address"),
    "form": gettext_lazy("Contact form"),
}
SCHEMES_OF_IDENTIFIERS = {
    "iso3166-1": gettext_lazy("ISO 3166-1"),
    "iso3166-2": gettext_lazy("ISO 3166-2"),
    "un-symbol": gettext_lazy("United Nations document symbol"),
    "ilo-convention": gettext_lazy("ILO Convention number"),
}


def named_link(named: dict | None) -> SafeString:
    """Return the link to something that a document mentions, its name kept apart from ours."""
    if named is None:
        return SafeString("")
    if not named.get("url"):
        return format_html("<bdi>{}</bdi>", named["label"])
    return format_html(
        '<a href="{}"><bdi>{}</bdi></a>', localized(named["url"]), translated_label(named)
    )


def term_link(scheme: str, code: str, label: str) -> SafeString:
    """Return the link to the definition of a coded word."""
    if not scheme:
        return format_html("<em{}>{}</em>", in_language("en"), label)
    address = localized(f"/terms/{scheme}/#{code}")
    return format_html('<a class="term" href="{}">{}</a>', address, term_name(scheme, code, label))


@register.simple_tag
def term_name(scheme: str, code: str, label: str) -> SafeString:
    """Return a coded word in the page's language, or in English, marked as such."""
    if words := translated_term(scheme, code):
        return conditional_escape(capfirst(words) if label[:1].isupper() else words)
    return in_english(label)


def said_or_denied(pair: tuple, item: dict, *others: object) -> SafeString:
    """Return a phrase about a statement, or its denial if the statement says it is not so."""
    phrase = str(pair[0] if item["holds"] else pair[1])
    return format_html(phrase, *others) if others else conditional_escape(phrase)


def _arena(item: dict) -> SafeString:
    address = localized(f"/arenas/{item['arena']}/")
    link = format_html('<a href="{}">{}</a>', address, arena_name(item["arena"]))
    pair = (
        gettext_lazy("Is in the arena {}"),
        gettext_lazy("Is not in the arena {}"),
    )
    said = said_or_denied(pair, item, link)
    if not item.get("reason") or item.get("short"):
        return said
    return format_html("{} {}", said, in_brackets(item["reason"]))


def _date(item: dict) -> SafeString:
    if not item["when"] and item["event"] in UNDATED_EVENTS:
        return said_or_denied(UNDATED_EVENTS[item["event"]], item)
    said = said_or_denied(EVENTS[item["event"]], item)
    if not item["when"]:
        return said
    # Translators: "Founded" and "October 2010"; a colon between them fits any date.
    return format_html(pgettext("what happened, and when", "{} {}"), said, in_words(item["when"]))


def _name(item: dict) -> SafeString:
    about = [NAME_KINDS.get(item["name_kind"], item["name_kind"]), language_name(item["language"])]
    named = format_html(
        "<span{}>{}</span> ({})",
        in_language(item["language"], item.get("script") or ""),
        item["text"],
        comma().join(str(word) for word in about if word),
    )
    return named if item["holds"] else format_html(gettext("Is not called {}"), named)


def _text(item: dict) -> SafeString:
    text = format_html("<div{}>{}</div>", in_language(item["language"]), prose(item["body"]))
    return text if item["holds"] else format_html(gettext("It is not so: {}"), text)


def _place(item: dict) -> SafeString:
    only_planned = item.get("planned") and item["role"] == "held_at"
    pair = PLANNED_AT if only_planned else ROLES[item["role"]]
    return said_or_denied(pair, item, named_link(item["place"]))


def _membership(item: dict) -> SafeString:
    pair = GRADES.get(item.get("grade") or "", GRADES[""])
    return said_or_denied(pair, item, named_link(item["partnership"]))


def _trait(item: dict) -> SafeString:
    named = term_link(item.get("scheme", ""), item["term"], item["label"])
    if item.get("purpose"):
        named = format_html(gettext("{} (used here {})"), named, in_english(item["purpose"]))
    return named if item["holds"] else format_html(gettext("<strong>is not</strong> {}"), named)


def _figure(item: dict) -> SafeString:
    said = format_html(
        "{}: <b>{}</b>",
        term_link("measure", item["measure"], item["label"]),
        between_bounds(item),
    )
    return said if item["holds"] else format_html(gettext("It is not so: {}"), said)


def _relation(item: dict) -> SafeString:
    label = capfirst(item["label"]) if item["holds"] else item["label"]
    predicate = term_link("predicate", item["predicate"], label)
    said = format_html("{} {}", predicate, named_link(item["object"]))
    return said if item["holds"] else format_html(gettext("It is not true that it {}"), said)


def _identifier(item: dict) -> SafeString:
    scheme = SCHEMES_OF_IDENTIFIERS.get(item["scheme"], item["scheme"])
    said = format_html("{}: <code>{}</code>", scheme, item["value"])
    return said if item["holds"] else format_html(gettext("It is not so: {}"), said)


def _link(item: dict) -> SafeString:
    kind = LINK_KINDS.get(item["link_kind"], item["link_kind"])
    said = format_html("{}: {}", kind, outward(item["url"]))
    return said if item["holds"] else format_html(gettext("It is not so: {}"), said)


def _contact(item: dict) -> SafeString:
    kind = CONTACT_KINDS.get(item["contact_kind"], item["contact_kind"])
    value = item["value"]
    if item["contact_kind"] == "email":
        value = format_html('<a href="mailto:{0}"><bdi>{0}</bdi></a>', value)
    elif item["contact_kind"] == "form":
        value = outward(value)
    else:
        value = format_html("<bdi>{}</bdi>", value)
    return format_html("{}: {}", kind, value)


def _withheld(item: dict) -> SafeString:
    return format_html(
        gettext("Withheld {}: {}"), reason_name(item["reason"]), part_name(item["field"])
    )


def _coverage(item: dict) -> SafeString:
    said = format_html("{}: {}", capfirst(part_name(item["field"])), VERDICTS[item["verdict"]])
    if item.get("researcher"):
        said = format_html(gettext("{} by {}"), said, researcher_name(item["researcher"]))
    if not item.get("method"):
        return said
    return format_html("{} {}", said, in_brackets(item["method"]))


def researcher_name(researcher: str) -> SafeString:
    """Return who looked for something; the editors, who mostly did, in the page's language."""
    if researcher == "editors of this catalogue":
        return conditional_escape(gettext("the editors of this catalogue"))
    return in_english(researcher)


def outward(url: str) -> SafeString:
    """Return the link to another site, or the bare address if it must not be a link."""
    if not web_address(url):
        return format_html("<bdi>{}</bdi>", url)
    return format_html('<a href="{0}" rel="nofollow noopener ugc"><bdi>{0}</bdi></a>', url)


SENTENCES: dict[str, Callable[[dict], SafeString]] = {
    "arenas": _arena,
    "dates": _date,
    "names": _name,
    "texts": _text,
    "places": _place,
    "memberships": _membership,
    "traits": _trait,
    "calls_itself": _trait,
    "called": _trait,
    "figures": _figure,
    "relations": _relation,
    "identifiers": _identifier,
    "links": _link,
    "contacts": _contact,
    "withheld": _withheld,
    "coverage": _coverage,
}


@register.simple_tag
def sentence(item: dict) -> SafeString:
    """Return what a statement says, in words, without its subject.

    Takes an item of a document with its `part`. What another app says it puts into words itself.
    """
    builder = SENTENCES.get(item["part"])
    return builder(item) if builder else SafeString("")


@register.simple_tag
def standing(item: dict) -> SafeString:
    """Return what a reader must know before believing a sentence: disputed, implied, inferred."""
    words = []
    if item["disputed"]:
        words.append(("disputed", gettext("disputed")))
    if item["confidence"] == "inferred" or item["voice"] == "editor":
        words.append(("inferred", gettext("inferred")))
    elif item["confidence"] == "implied":
        words.append(("implied", gettext("implied")))
    return format_html_join("", ' <span class="standing {}">{}</span>', words)


@register.simple_tag
def when(item: dict) -> SafeString:
    """Return when it was so, in brackets, where the sentence does not say it itself."""
    if not item["when"] or item["part"] == "dates":
        return SafeString("")
    return format_html(' <span class="when">({})</span>', in_words(item["when"]))


@register.simple_tag
def incoming_relation(item: dict, kind: str) -> SafeString:
    """Return a relation as the page of its object says it; takes an item with its `subject`.

    `kind` is that of the object: the page need not repeat its own name.
    """
    predicate = term_link("predicate", item["predicate"], item["label"])
    this = gettext("this %(kind)s") % {"kind": kind_name(kind)}
    said = format_html("{} {} {}", named_link(item["subject"]), predicate, this)
    return said if item["holds"] else format_html(gettext("It is not true that {}"), said)


@register.filter
def named(mention: dict) -> SafeString:
    """Return the link to what a document mentions."""
    return named_link(mention)


@register.filter
def away(url: str) -> SafeString:
    """Return the link to another site."""
    return outward(url)


@register.filter
def scheme_name(scheme: str, schemes: dict[str, str] | None = None) -> SafeString:
    """Return what a scheme of terms is called: in the page's language, or by its own name.

    `schemes` are the names that the page knows.
    """
    words = translated_term("scheme", scheme)
    name = (schemes or {}).get(scheme) or str(SCHEMES.get(scheme) or capfirst(spaced(scheme)))
    return conditional_escape(words) if words else in_english(name)


@register.simple_tag
def event(item: dict) -> SafeString:
    """Return what happened and when, as a list shows it: "Founded 1986"."""
    return _date(item)


@register.simple_tag
def member(item: dict) -> SafeString:
    """Return a member, on the page of the partnership; takes an item with its `subject`."""
    named_member = named_link(item["subject"])
    if not item["holds"]:
        return format_html(gettext("{} is not a member"), named_member)
    if item.get("grade") in ("affiliate", "observer"):
        return format_html("{}{}{}", named_member, comma(), GRADE_NAMES[item["grade"]])
    return named_member


GRADE_NAMES = {"affiliate": gettext_lazy("affiliate"), "observer": gettext_lazy("observer")}


# Other references -----------------------------------------------------------------------------


@register.simple_tag
def work(key: str, labels: dict[str, str]) -> SafeString:
    """Return how a source is cited in a sentence; `labels` are those the page knows, by key."""
    return format_html("<bdi>{}</bdi>", labels.get(key, key))


@register.filter
def term_address(slug: str) -> str:
    """Return the address of a term, given as scheme:code."""
    return localized(path_of("term", slug))


BIBTEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "%": r"\%",
        "&": r"\&",
        "#": r"\#",
        "_": r"\_",
        "$": r"\$",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)
BIBTEX_KEY = re.compile(r"[^A-Za-z0-9-]")


@register.simple_tag
def bibtex(entry: Entry, site_name: str, stable: str) -> str:
    """Return the entry as a reference in BibTeX. `stable` is the address that stays the same."""
    lines = [
        f"@misc{{{BIBTEX_KEY.sub('', entry.slug)}-{entry.change},",
        f"  title = {{{{{_one_line(entry.label).translate(BIBTEX)}}}}},",
        f"  howpublished = {{{site_name.translate(BIBTEX)}, change {entry.change}}},",
        f"  year = {{{entry.updated.year}}},",
        f"  month = {{{entry.updated.month}}},",
        f"  url = {{{stable}}},",
        "}",
    ]
    return "\n".join(lines)


@register.simple_tag
def ris(entry: Entry, site_name: str, stable: str) -> str:
    """Return the entry as a reference in RIS. `stable` is the address that stays the same."""
    lines = [
        "TY  - WEB",
        f"TI  - {_one_line(entry.label)}",
        f"T2  - {site_name}",
        f"PY  - {entry.updated.year}",
        f"DA  - {entry.updated:%Y/%m/%d}",
        f"ET  - change {entry.change}",
        f"UR  - {stable}",
        "ER  - ",
    ]
    return "\n".join(lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())
