"""How single values are read by people: dates, numbers, languages, texts, codes."""

import re
from decimal import Decimal, InvalidOperation

import nh3
from django import template
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.dates import MONTHS
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, gettext_lazy, gettext_noop, pgettext
from markdown_it import MarkdownIt

from orgs.languages import localized
from orgs.models.existence import Event
from orgs.models.judgement import JUDGED
from orgs.models.source import SourceKind
from orgs.models.statement import Voice

register = template.Library()
register.filter(localized)

# Dates ----------------------------------------------------------------------------------------

SEASONS = {
    "21": gettext_lazy("spring"),
    "22": gettext_lazy("summer"),
    "23": gettext_lazy("autumn"),
    "24": gettext_lazy("winter"),
}
POINT = re.compile(
    r"(?P<year>\d{2}XX|\d{3}X|\d{4})(?:-(?P<month>\d\d|XX)(?:-(?P<day>\d\d|XX))?)?(?:T[\d:Z+-]+)?"
)
OPEN = ("", "..")


@register.filter
def in_words(edtf: str | None) -> str:
    """Return an EDTF date as a person reads it: `2010-10/..` is "since October 2010".

    Takes what the catalogue accepts (levels 0 and 1); anything else is returned as it is, and
    no date at all is "".
    """
    if not edtf:
        return ""
    first, slash, last = edtf.partition("/")
    if not slash:
        return _point(edtf)
    if first in OPEN:
        return gettext("until %(date)s") % {"date": _point(last)}
    if last == "..":
        return gettext("since %(date)s") % {"date": _point(first)}
    if last == "":
        return gettext("from %(date)s, end unknown") % {"date": _point(first)}
    return _interval(first, last)


def _interval(first: str, last: str) -> str:
    """Return the words for a closed interval; what both ends share is said once."""
    one, other = POINT.fullmatch(first), POINT.fullmatch(last)
    if one and other and "X" not in first + last:
        if not one["month"] and not other["month"]:
            return f"{int(one['year'])}–{int(other['year'])}"
        same_month = one["day"] and other["day"] and first[:7] == last[:7]
        if same_month and one["month"] in MONTHS_BY_CODE:
            return gettext("%(first)s–%(date)s") % {"first": int(one["day"]), "date": _point(last)}
    return gettext("%(first)s to %(last)s") % {"first": _point(first), "last": _point(last)}


MONTHS_BY_CODE = {f"{number:02}": name for number, name in MONTHS.items()}


def _point(edtf: str) -> str:
    """Return the words for one EDTF date."""
    mark = edtf[-1] if edtf[-1] in "?~%" else ""
    match = POINT.fullmatch(edtf.removesuffix(mark))
    if match is None:
        return edtf
    date = _year(match["year"])
    month = match["month"]
    if month in SEASONS:
        date = gettext("%(season)s %(year)s") % {"season": SEASONS[month], "year": date}
    elif month in MONTHS_BY_CODE:
        date = gettext("%(month)s %(year)s") % {"month": MONTHS_BY_CODE[month], "year": date}
        if match["day"] and match["day"] != "XX":
            date = gettext("%(day)s %(month_and_year)s") % {
                "day": int(match["day"]),
                "month_and_year": date,
            }
    if mark in ("~", "%"):
        date = gettext("about %(date)s") % {"date": date}
    if mark in ("?", "%"):
        date = gettext("%(date)s (uncertain)") % {"date": date}
    return date


def _year(year: str) -> str:
    if year.endswith("XX"):
        return gettext("%(first)s to %(last)s") % {
            "first": int(year.replace("X", "0")),
            "last": int(year.replace("X", "9")),
        }
    if year.endswith("X"):
        return gettext("the %(decade)ss") % {"decade": int(year.replace("X", "0"))}
    return str(int(year))


# Numbers --------------------------------------------------------------------------------------


@register.filter
def number(value: object) -> str:
    """Return a number with its thousands apart and no empty decimals; other things unchanged."""
    try:
        exact = Decimal(str(value)).normalize()
    except InvalidOperation:
        return str(value)
    if exact == exact.to_integral_value():
        exact = exact.quantize(Decimal(1))
    return number_format(exact, use_l10n=True, force_grouping=True)


@register.filter
def between_bounds(figure: dict) -> SafeString:
    """Return the number that a figure gives: "2,000", "more than 100" is "at least 100".

    Takes an item of a document's `figures`. Units are said in words, "percent" too.
    """
    low, high = figure.get("low"), figure.get("high")
    if low is not None and high is not None and Decimal(str(low)) == Decimal(str(high)):
        said = number(low)
    elif high is None:
        said = gettext("at least %(number)s") % {"number": number(low)}
    elif low is None:
        said = gettext("at most %(number)s") % {"number": number(high)}
    else:
        said = gettext("%(low)s to %(high)s") % {"low": number(low), "high": number(high)}
    unit = figure.get("unit") or ""
    # An edition is counted in editions: the measure has said so already.
    if unit.casefold() in ("", figure.get("label", "").casefold()):
        return conditional_escape(said)
    return format_html("{} {}", said, in_english(unit))


# Languages ------------------------------------------------------------------------------------

RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"}
RIGHT_TO_LEFT_SCRIPTS = {"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Syrc", "Thaa"}
LANGUAGE_NAMES = {
    "ar": gettext_lazy("Arabic"),
    "en": gettext_lazy("English"),
    "es": gettext_lazy("Spanish"),
    "fil": gettext_lazy("Filipino"),
    "fr": gettext_lazy("French"),
    "ht": gettext_lazy("Haitian Creole"),
    "id": gettext_lazy("Indonesian"),
    "ilo": gettext_lazy("Ilocano"),
    "kea": gettext_lazy("Cape Verdean Creole"),
    "ko": gettext_lazy("Korean"),
    "mix": gettext_lazy("Mixtec"),
    "pt": gettext_lazy("Portuguese"),
    "quc": gettext_lazy("K'iche'"),
    "tl": gettext_lazy("Tagalog"),
    "zap": gettext_lazy("Zapotec"),
    "zh": gettext_lazy("Chinese"),
}
"""As they stand inside a sentence; the others are called as Django calls them."""


@register.simple_tag
def in_language(tag: str, script: str = "") -> SafeString:
    """Return the attributes `lang` and `dir` of a run of text, none if it is the page's language.

    Takes a BCP-47 tag (und: not known) and an ISO 15924 code, if there is one.
    """
    if not tag or tag == "und":
        return mark_safe(' lang="" dir="auto"')
    parts = tag.split("-")
    script = script or next((part for part in parts[1:] if len(part) == 4), "")
    turned = script in RIGHT_TO_LEFT_SCRIPTS or (not script and parts[0] in RIGHT_TO_LEFT)
    if tag == get_language() and not script:
        return SafeString("")
    written = f"{tag}-{script}" if script and script not in parts else tag
    return format_html(' lang="{}" dir="{}"', written, "rtl" if turned else "ltr")


@register.filter
def in_english(text: str | None) -> SafeString:
    """Return words of the editors, who write English, told apart on pages in other languages.

    What the catalogue says of itself is translated; its labels, details and notes are content.
    """
    if not text or get_language() == settings.LANGUAGE_CODE:
        return conditional_escape(text or "")
    return format_html("<span{}>{}</span>", in_language(settings.LANGUAGE_CODE), text)


@register.filter
def named_by_code(code: str, kind: str) -> str:
    """Return what a coded word of our own is called: kinds of source, voices, events, acts.

    Takes the code and the question that it answers; what is no such word comes back as it is.
    """
    return str(WORDS.get(kind, {}).get(code, code))


@register.simple_tag
def comma() -> str:
    """Return what stands between the things of a list in the page's language: ", "."""
    return pgettext("between the things of a list", ", ")


@register.simple_tag
def semicolon() -> str:
    """Return what stands between the clauses of a list in the page's language: "; "."""
    return pgettext("between the clauses of a list", "; ")


@register.simple_tag
def worded(texts: dict[str, str]) -> SafeString:
    """Return the text of the codebook in the page's language, or in English, marked as such.

    Takes texts by language, as a term has its labels and its definitions.
    """
    if text := texts.get(get_language() or ""):
        return conditional_escape(text)
    return in_english(texts.get(settings.LANGUAGE_CODE, ""))


@register.filter
def of_the_paper(text: str) -> SafeString:
    """Return a label or definition of an arena in the page's language.

    They are laid down by a migration and the same everywhere, so they are translated like the
    interface; anything else is shown as it is.
    """
    return conditional_escape(gettext(text)) if text in LAID_DOWN else in_english(text)


@register.filter
def language_name(tag: str) -> str:
    """Return what a language is called, or its tag if we have no name for it."""
    base = (tag or "").split("-")[0]
    if base in ("", "und"):
        return ""
    if base in LANGUAGE_NAMES:
        return str(LANGUAGE_NAMES[base])
    return gettext(LANG_INFO[base]["name"]) if "name" in LANG_INFO.get(base, {}) else tag


# Texts ----------------------------------------------------------------------------------------

PROSE = MarkdownIt("commonmark", {"html": False}).disable("image")
ELEMENTS = {"p", "em", "strong", "a", "ul", "ol", "li", "blockquote", "code", "pre", "br"}
PROTOCOLS = {"http", "https", "mailto"}


@register.filter
def prose(markdown: str) -> SafeString:
    """Return Markdown as HTML that can do nothing: no scripts, no pictures, no headings.

    Links lead out only to http, https and mailto, and say that we do not vouch for them. No space
    is left behind the last word, where a mark may follow.
    """
    return mark_safe(  # noqa: S308 - nh3 has cleaned it
        nh3.clean(
            PROSE.render(markdown or ""),
            tags=ELEMENTS,
            attributes={"a": {"href"}},
            url_schemes=PROTOCOLS,
            link_rel="nofollow noopener ugc",
        ).strip()
    )


@register.filter
def bare(markdown: str) -> SafeString:
    """Return Markdown as one line of plain text, escaped, for cards of lists."""
    return mark_safe(  # noqa: S308 - nh3 leaves no element and escapes the rest
        " ".join(nh3.clean(PROSE.render(markdown or ""), tags=set()).split())
    )


@register.filter
def web_address(url: str) -> str:
    """Return a web address that may become a link, or "" for anything that must not."""
    scheme, colon, _ = (url or "").strip().partition(":")
    return url.strip() if colon and scheme.lower() in PROTOCOLS else ""


@register.filter
def spaced(code: str) -> str:
    """Return a code as words, where the vocabulary has none for it."""
    return str(code).replace("_", " ")


# Kinds and codes ------------------------------------------------------------------------------

KINDS = {
    "organization": gettext_lazy("organization"),
    "partnership": gettext_lazy("network or coalition"),
    "gathering": gettext_lazy("gathering"),
    "campaign": gettext_lazy("campaign"),
    "instrument": gettext_lazy("instrument"),
    "project": gettext_lazy("project"),
    "demand": gettext_lazy("demand"),
    "case": gettext_lazy("case"),
    "place": gettext_lazy("place"),
    "source": gettext_lazy("source"),
    "term": gettext_lazy("term"),
    "arena": gettext_lazy("arena"),
}
ARENAS: dict[str, str | Promise] = {
    "membership": gettext_lazy("migrant-led membership organizations"),
    "space": gettext_lazy("autonomous public spaces"),
    "ngo": gettext_lazy("migrant-led NGOs"),
    "media": gettext_lazy("migrant-led media"),
}
LAID_DOWN = {
    gettext_noop("Migrant-led membership organizations"),
    gettext_noop(
        "Organizations whose members are migrants and which migrants lead: hometown "
        "associations, unions, fronts and federations."
    ),
    gettext_noop("Autonomous public spaces"),
    gettext_noop(
        "Spaces that migrants convene for themselves, such as large cultural or political "
        "gatherings."
    ),
    gettext_noop("Migrant-led NGOs"),
    gettext_noop(
        "Non-governmental organizations that migrants lead, working for their rights or with "
        "services."
    ),
    gettext_noop("Migrant-led media"),
    gettext_noop(
        "Media that migrants lead. Here alone a market actor has a place of its own (footnote 2)."
    ),
}
"""The labels and definitions of the four arenas, as a migration lays them down."""
WORDS: dict[str, dict[str, str | Promise]] = {
    "arena": ARENAS,
    "voice": dict(Voice.choices),
    "event": dict(Event.choices),
    "source_kind": dict(SourceKind.choices),
    **{name: dict(judged.answers.choices) for name, judged in JUDGED.items()},
}
"""What our own codes are called, by the question that they answer."""
REASONS = {
    "safety": gettext_lazy("for the safety of people"),
    "request": gettext_lazy("at the request of the organization"),
    "law": gettext_lazy("for a legal reason"),
    "rights": gettext_lazy("for the rights of others"),
    "mistake": gettext_lazy("because it was entered by mistake"),
}
PARTS = {
    "arenas": gettext_lazy("arenas"),
    "dates": gettext_lazy("dates"),
    "names": gettext_lazy("names"),
    "texts": gettext_lazy("descriptions"),
    "places": gettext_lazy("places"),
    "memberships": gettext_lazy("networks it belongs to"),
    "members": gettext_lazy("members"),
    "involvements": gettext_lazy("campaigns and gatherings"),
    "participants": gettext_lazy("who takes part"),
    "legal_acts": gettext_lazy("legal acts"),
    "context": gettext_lazy("context"),
    "traits": gettext_lazy("qualities"),
    "figures": gettext_lazy("figures"),
    "relations": gettext_lazy("relations"),
    "identifiers": gettext_lazy("identifiers"),
    "links": gettext_lazy("web addresses"),
    "contacts": gettext_lazy("contacts"),
    "calls_itself": gettext_lazy("what it calls itself"),
    "called": gettext_lazy("what others call it"),
    "coverage": gettext_lazy("what was looked for"),
    "withheld": gettext_lazy("what is withheld"),
}


@register.filter
def kind_name(kind: str) -> str:
    """Return what a kind of entry is called."""
    return str(KINDS.get(kind, kind))


@register.filter
def arena_name(code: str) -> str:
    """Return what an arena is called."""
    return str(ARENAS.get(code, code))


@register.filter
def reason_name(code: str) -> str:
    """Return why something is withheld or withdrawn, as a class that betrays nothing."""
    return str(REASONS.get(code, ""))


@register.filter
def part_name(part: str) -> str:
    """Return what a part of a document is called, for its heading or in a sentence."""
    return str(PARTS.get(part, spaced(part)))
