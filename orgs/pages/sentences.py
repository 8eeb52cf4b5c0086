"""Template tags for the sentences of statements, and for the notes that name their sources."""

import re
from collections.abc import Callable

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from orgs.projection.entry import Entry
from orgs.records.edtf import date_in_words
from orgs.records.kinds import path_of
from orgs.records.languages import localized
from orgs.records.vocabulary import SCHEMES
from orgs.statements.coverage import Verdict
from orgs.statements.identifier import LinkKind
from orgs.statements.membership import Grade
from orgs.statements.name import NameKind

from .labels import (
    arena_name,
    code_in_words,
    comma,
    figure_text,
    in_brackets,
    in_english,
    in_language,
    kind_name,
    language_name,
    part_name,
    prose,
    reason_name,
    safe_url,
)
from .source_notes import Notes
from .translated_labels import translated_label, translated_place, translated_term

register = template.Library()
register.filter(translated_label)
register.filter(translated_place)


@register.simple_tag
def anchor(notes: Notes, item: dict) -> SafeString:
    """The id attribute of a statement's sentence, for the first one on the page."""
    if not notes.anchor(item):
        return SafeString("")
    return format_html(' id="statement-{}"', item["statement"])


@register.simple_tag
def mark(notes: Notes, item: dict) -> SafeString:
    """The small marks behind a sentence that link to its note, and to those of its repetitions."""
    others = item.get("also", ())
    marks = [(SafeString(""), item), *((anchor(notes, other), other) for other in others)]
    return format_html_join(
        " ",
        '<sup class="mark"{}><a href="#note-{}" aria-label="{}">{}</a></sup>',
        (
            (
                identifier,
                marked["statement"],
                gettext("Note %(number)s: source") % {"number": notes.number(marked)},
                notes.number(marked),
            )
            for identifier, marked in marks
        ),
    )


VOICES = {
    "own": _("By the organization itself"),
    "source": _("By the author of the source"),
    "quoted": _("Quoted by the source"),
    "editor": _("Inferred by the editors of this catalogue"),
}

CONFIDENCES = {
    "stated": _("Stated."),
    "implied": _("Implied, not stated."),
    "inferred": _("Inferred."),
}


@register.filter
def voice_name(item: dict) -> SafeString:
    """The voice of a statement, as the beginning of its note."""
    speaker = item.get("speaker")
    if not speaker:
        return conditional_escape(VOICES[item["voice"]])
    speaker_link = mention_link(speaker)
    if item["voice"] == "quoted":
        return format_html(gettext("By {}, quoted in the source"), speaker_link)
    return format_html(gettext("{}, on behalf of {}"), VOICES[item["voice"]], speaker_link)


@register.filter
def confidence_name(item: dict) -> str:
    return str(CONFIDENCES[item["confidence"]])


@register.simple_tag
def speaker_of(notes: Notes, item: dict) -> SafeString:
    """The speaker of a statement, as the end of "called a coalition by ..."."""
    if item.get("speaker"):
        return mention_link(item["speaker"])
    if item["voice"] == "own":
        return conditional_escape(gettext("the organization itself"))
    if item["voice"] == "editor":
        return conditional_escape(gettext("the editors of this catalogue"))
    source = notes.sources.get(item["source"])
    return (
        mention_link({"label": source["short"], "url": source["url"]}) if source else SafeString("")
    )


EVENTS = {
    "founded": (_("Founded"), _("Was not founded")),
    "held": (_("Took place"), _("Did not take place")),
    "planned": (_("Planned for"), _("Is not planned for")),
    "cancelled": (_("Cancelled"), _("Was not cancelled")),
    "ended": (_("Ended"), _("Has not ended")),
}

UNDATED_EVENTS = {"planned": (_("Planned"), _("Is not planned"))}

ROLES = {
    "seat": (_("Has its seat in {}"), _("Does not have its seat in {}")),
    "registered": (_("Registered in {}"), _("Is not registered in {}")),
    "acts_in": (_("Acts in {}"), _("Does not act in {}")),
    "has_members_in": (_("Has members in {}"), _("Has no members in {}")),
    "organized_base_in": (
        _("Has an organized membership base in {}"),
        _("Has no organized membership base in {}"),
    ),
    "constituency_origin": (_("Its people come from {}"), _("Its people do not come from {}")),
    "constituency_residence": (_("Its people live in {}"), _("Its people do not live in {}")),
    "held_at": (_("Took place in {}"), _("Did not take place in {}")),
}

PLANNED_AT = (_("Planned to be held in {}"), _("Was not planned to be held in {}"))
"""The place of a gathering that was planned and is not known to have taken place."""

GRADES = {
    "": (_("Member of {}"), _("Is not a member of {}")),
    "member": (_("Member of {}"), _("Is not a member of {}")),
    "affiliate": (_("Affiliate of {}"), _("Is not an affiliate of {}")),
    "observer": (_("Observer in {}"), _("Is not an observer in {}")),
}

NAME_KINDS = {
    **dict(NameKind.choices),
    "descriptive": _("description; the source gives no name"),
}
VERDICTS = {**dict(Verdict.choices), "found": _("looked for and found")}
LINK_KINDS = dict(LinkKind.choices)
CONTACT_KINDS = {
    "email": _("E-mail"),
    "phone": _("Telephone"),
    "postal": _("Postal address"),
    "form": _("Contact form"),
}

IDENTIFIER_SCHEMES = {
    "m49": _("UN M49"),
    "iso3166-1": _("ISO 3166-1"),
    "iso3166-2": _("ISO 3166-2"),
    "un-symbol": _("United Nations document symbol"),
    "ilo-convention": _("ILO Convention number"),
    "us-ein": _("Employer Identification Number (United States)"),
}


@register.filter
def mention_link(mention: dict | None) -> SafeString:
    """Link to an entry that a document mentions, with the direction of its label isolated."""
    if mention is None:
        return SafeString("")
    if not mention.get("url"):
        return format_html("<bdi>{}</bdi>", mention["label"])
    return format_html(
        '<a href="{}"><bdi>{}</bdi></a>', localized(mention["url"]), translated_label(mention)
    )


def term_link(scheme: str, code: str, label: str) -> SafeString:
    if not scheme:
        return format_html("<em{}>{}</em>", in_language("en"), label)
    url = localized(f"/terms/{scheme}/#{code}")
    return format_html('<a class="term" href="{}">{}</a>', url, term_name(scheme, code, label))


@register.simple_tag
def term_name(scheme: str, code: str, label: str) -> SafeString:
    """The label of a term in the page's language, or in English, marked as such."""
    if text := translated_term(scheme, code):
        return conditional_escape(capfirst(text) if label[:1].isupper() else text)
    return in_english(label)


def affirm_or_deny(pair: tuple, item: dict, *values: object) -> SafeString:
    """Choose the affirmative phrase of a pair, or the negative one for a denial, and fill it."""
    phrase = str(pair[0] if item["holds"] else pair[1])
    return format_html(phrase, *values) if values else conditional_escape(phrase)


def _arena(item: dict) -> SafeString:
    url = localized(f"/arenas/{item['arena']}/")
    link = format_html('<a href="{}">{}</a>', url, arena_name(item["arena"]))
    pair = (_("Is in the arena {}"), _("Is not in the arena {}"))
    text = affirm_or_deny(pair, item, link)
    if not item.get("reason") or item.get("short"):
        return text
    return format_html("{} {}", text, in_brackets(item["reason"]))


def _date(item: dict) -> SafeString:
    if not item["when"] and item["event"] in UNDATED_EVENTS:
        return affirm_or_deny(UNDATED_EVENTS[item["event"]], item)
    text = affirm_or_deny(EVENTS[item["event"]], item)
    if not item["when"]:
        return text
    # Translators: "Founded" and "October 2010"; a colon between them fits any date.
    return format_html(
        pgettext("what happened, and when", "{} {}"), text, date_in_words(item["when"])
    )


def _name(item: dict) -> SafeString:
    details = [
        NAME_KINDS.get(item["name_kind"], item["name_kind"]),
        language_name(item["language"]),
    ]
    name = format_html(
        "<span{}>{}</span> ({})",
        in_language(item["language"], item.get("script") or ""),
        item["text"],
        comma().join(str(detail) for detail in details if detail),
    )
    return name if item["holds"] else format_html(gettext("Is not called {}"), name)


def _text(item: dict) -> SafeString:
    text = format_html("<div{}>{}</div>", in_language(item["language"]), prose(item["body"]))
    return text if item["holds"] else format_html(gettext("Denied: {}"), text)


def _place(item: dict) -> SafeString:
    only_planned = item.get("planned") and item["role"] == "held_at"
    pair = PLANNED_AT if only_planned else ROLES[item["role"]]
    return affirm_or_deny(pair, item, mention_link(item["place"]))


def _membership(item: dict) -> SafeString:
    pair = GRADES.get(item.get("grade") or "", GRADES[""])
    return affirm_or_deny(pair, item, mention_link(item["partnership"]))


def _trait(item: dict) -> SafeString:
    term = term_link(item.get("scheme", ""), item["term"], item["label"])
    if item.get("purpose"):
        term = format_html(gettext("{} (used here {})"), term, in_english(item["purpose"]))
    return term if item["holds"] else format_html(gettext("<strong>is not</strong> {}"), term)


def _figure(item: dict) -> SafeString:
    text = format_html(
        "{}: <b>{}</b>",
        term_link("measure", item["measure"], item["label"]),
        figure_text(item),
    )
    return text if item["holds"] else format_html(gettext("Denied: {}"), text)


def _relation(item: dict) -> SafeString:
    label = capfirst(item["label"]) if item["holds"] else item["label"]
    predicate = term_link("predicate", item["predicate"], label)
    text = format_html("{} {}", predicate, mention_link(item["object"]))
    return text if item["holds"] else format_html(gettext("It is not true that it {}"), text)


def _identifier(item: dict) -> SafeString:
    scheme = IDENTIFIER_SCHEMES.get(item["scheme"], item["scheme"])
    text = format_html("{}: <code>{}</code>", scheme, item["value"])
    return text if item["holds"] else format_html(gettext("Denied: {}"), text)


def _link(item: dict) -> SafeString:
    kind = capfirst(LINK_KINDS.get(item["link_kind"], item["link_kind"]))
    text = format_html("{}: {}", kind, external_link(item["url"]))
    return text if item["holds"] else format_html(gettext("Denied: {}"), text)


def _contact(item: dict) -> SafeString:
    kind = CONTACT_KINDS.get(item["contact_kind"], item["contact_kind"])
    value = item["value"]
    if item["contact_kind"] == "email":
        value = format_html('<a href="mailto:{0}"><bdi>{0}</bdi></a>', value)
    elif item["contact_kind"] == "form":
        value = external_link(value)
    else:
        value = format_html("<bdi>{}</bdi>", value)
    return format_html("{}: {}", kind, value)


def _withheld(item: dict) -> SafeString:
    return format_html(
        gettext("Withheld {}: {}"), reason_name(item["reason"]), part_name(item["field"])
    )


def _coverage(item: dict) -> SafeString:
    text = format_html("{}: {}", capfirst(part_name(item["field"])), VERDICTS[item["verdict"]])
    if item.get("researcher"):
        text = format_html(gettext("{} by {}"), text, researcher_name(item["researcher"]))
    if not item.get("method"):
        return text
    return format_html("{} {}", text, in_brackets(item["method"]))


def researcher_name(researcher: str) -> SafeString:
    """The name of who researched; the editors of the catalogue in the page's language."""
    if researcher == "editors of this catalogue":
        return conditional_escape(gettext("the editors of this catalogue"))
    return in_english(researcher)


def external_link(url: str, text: str = "") -> SafeString:
    """Link to another site, or show the address as text if a link would not be safe."""
    if not safe_url(url):
        return format_html("<bdi>{}</bdi>", url)
    link = '<a href="{}" rel="nofollow noopener ugc"><bdi>{}</bdi></a>'
    return format_html(link, url, text or url)


@register.filter
def site_link(url: str) -> SafeString:
    """Link to a page under the name of its site: its address may hold the name of a person."""
    site = re.match(r"https?://(?:[^/@]*@)?(?:www\.)?([^/?#:]+)", url.strip(), re.I)
    return external_link(url, site[1] if site else "")


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
    """Write a statement as a sentence without its subject; "" for parts of other apps.

    Takes an item of a document with its `part`.
    """
    builder = SENTENCES.get(item["part"])
    return builder(item) if builder else SafeString("")


@register.simple_tag
def qualifiers(item: dict) -> SafeString:
    """The qualifiers of a statement: disputed, implied, inferred."""
    labels = []
    if item["disputed"]:
        labels.append(("disputed", gettext("disputed")))
    if item["confidence"] == "inferred" or item["voice"] == "editor":
        labels.append(("inferred", gettext("inferred")))
    elif item["confidence"] == "implied":
        labels.append(("implied", gettext("implied")))
    return format_html_join("", ' <span class="status {}">{}</span>', labels)


@register.simple_tag
def when(item: dict) -> SafeString:
    """The date of a statement in brackets, unless its sentence is about a date."""
    if not item["when"] or item["part"] == "dates":
        return SafeString("")
    return format_html(' <span class="when">({})</span>', date_in_words(item["when"]))


@register.simple_tag
def incoming_relation(item: dict, kind: str) -> SafeString:
    """Write a relation on the page of its object; takes an item with its `subject`.

    `kind` is that of the object, which the sentence does not name.
    """
    predicate = term_link("predicate", item["predicate"], item["label"])
    this = gettext("this %(kind)s") % {"kind": kind_name(kind)}
    text = format_html("{} {} {}", mention_link(item["subject"]), predicate, this)
    return text if item["holds"] else format_html(gettext("It is not true that {}"), text)


@register.filter
def scheme_name(scheme: str, schemes: dict[str, str] | None = None) -> SafeString:
    """The label of a scheme of terms in the page's language, or its own.

    `schemes` are labels that the page has already read, by code.
    """
    text = translated_term("scheme", scheme)
    name = (schemes or {}).get(scheme) or str(
        SCHEMES.get(scheme) or capfirst(code_in_words(scheme))
    )
    return conditional_escape(text) if text else in_english(name)


@register.simple_tag
def event(item: dict) -> SafeString:
    """Write an event for a list: "Founded 1986"."""
    return _date(item)


@register.simple_tag
def member(item: dict) -> SafeString:
    """Name a member on the page of the partnership; takes an item with its `subject`."""
    member_link = mention_link(item["subject"])
    if not item["holds"]:
        return format_html(gettext("{} is not a member"), member_link)
    if item.get("grade") in ("affiliate", "observer"):
        return format_html("{}{}{}", member_link, comma(), Grade(item["grade"]).label)
    return member_link


@register.simple_tag
def source_label(key: str, labels: dict[str, str]) -> SafeString:
    """Name a source in a sentence; `labels` are those that the page has read, by key."""
    return format_html("<bdi>{}</bdi>", labels.get(key, key))


@register.filter
def term_url(slug: str) -> str:
    """The address of a term, given as scheme:code."""
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
    """Write the entry as a BibTeX reference. `stable` is its permanent address."""
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
    """Write the entry as a RIS reference. `stable` is its permanent address."""
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
