"""How single values are read by people: dates, numbers, languages, texts, codes."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

import nh3
from django import template
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.dates import MONTHS
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import (
    get_language,
    get_language_bidi,
    gettext,
    gettext_lazy,
    gettext_noop,
    pgettext,
)
from markdown_it import MarkdownIt

from orgs.projection.analysis import FINDING_KINDS
from orgs.records.languages import localized
from orgs.records.source import SourceKind
from orgs.records.vocabulary import PLACE_TYPES, SCHEMES, STATES, UNITS
from orgs.statements.existence import Event
from orgs.statements.statement import Voice

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
    unit = figure.get("unit") or ""
    # An edition is counted in editions: the measure has said so already.
    if unit.casefold() == figure.get("label", "").casefold():
        unit = ""
    if low is not None and high is not None and Decimal(str(low)) == Decimal(str(high)):
        return counted_in(low, unit)
    if high is None:
        return _filled(gettext("at least %(number)s"), number=counted_in(low, unit))
    if low is None:
        return _filled(gettext("at most %(number)s"), number=counted_in(high, unit))
    return _filled(gettext("%(low)s to %(high)s"), low=number(low), high=counted_in(high, unit))


def counted_in(value: object, unit: str) -> SafeString:
    """Return a number with its unit, which nothing parts: neither a word nor a direction."""
    if not unit:
        return conditional_escape(number(value))
    if unit in UNITS:
        return format_html("{} {}", number(value), unit_name(unit))
    return in_english(f"{number(value)} {unit}")


def _filled(sentence: str, **others: str) -> SafeString:
    """Return a translated sentence with what belongs in its places."""
    safe = {name: conditional_escape(other) for name, other in others.items()}
    return mark_safe(conditional_escape(sentence) % safe)  # noqa: S308 - each part is escaped


@register.filter
def unit_name(unit: str) -> SafeString:
    """Return what a figure is counted in, in the page's language if we have words for it."""
    return conditional_escape(str(UNITS[unit])) if unit in UNITS else in_english(unit)


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
    "km": gettext_lazy("Khmer"),
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
def in_brackets(text: str | None) -> SafeString:
    """Return words of the editors in brackets, which are turned as the words are."""
    return in_english(f"({text})" if text else "")


class OneRun(template.Node):
    """What is written without a proposal of the page's own direction, as one run of the other."""

    def __init__(self, inner: template.NodeList) -> None:
        self.inner = inner

    def render(self, context: template.Context) -> SafeString:
        """Return it, in an element of its own where the page reads from right to left."""
        said = self.inner.render(context)
        if not get_language_bidi() or "<div" in said:
            return said
        turned = {unicodedata.bidirectional(one) for one in strip_tags(said)}
        if "L" not in turned or turned & {"R", "AL"}:
            return said
        return format_html('<span dir="ltr">{}</span>', said)


@register.tag
def one_run(parser: template.base.Parser, token: template.base.Token) -> OneRun:
    """Keep together, up to {% end_one_run %}, what may be wholly foreign: "name: detail"."""
    inner = parser.parse(("end_one_run",))
    parser.delete_first_token()
    return OneRun(inner)


DATE_WRITTEN = re.compile(r"\d{4}-\d\d(?:-\d\d)?(?:T[\d:]+Z?| \d\d:\d\d)?(?:/\d{4}-[\d-]+)?")


@register.filter
def with_dates(text: str) -> SafeString:
    """Return a hint whose examples of dates stay on one line, and read from left to right."""
    marked = DATE_WRITTEN.sub(r'<time dir="ltr">\g<0></time>', conditional_escape(text))
    return mark_safe(marked)  # noqa: S308 - it is escaped, and a date holds no markup


LOCATORS: dict[str, str | Promise] = {
    "Prop": gettext_lazy("Proposition %(number)s"),
    "Rec": gettext_lazy("Recommendation %(number)s"),
    "fn": gettext_lazy("footnote %(number)s"),
    "intro": gettext_lazy("introduction"),
    "References": gettext_lazy("References"),
}
LOCATOR = re.compile(r"(?P<part>Prop|Rec|fn) (?P<number>\d+)|(?P<whole>intro|References)\.?")


@register.filter
def locator(text: str | None) -> SafeString:
    """Return where in a source it stands: parts of the paper in the page's language.

    English pages have them as the sources are cited, "fn 21"; so is what is no part of the paper.
    """
    place = LOCATOR.fullmatch(text or "")
    if place is None or get_language() == settings.LANGUAGE_CODE:
        return in_english(text)
    named = str(LOCATORS[place["part"] or place["whole"]])
    return conditional_escape(named.replace(" ", "\xa0") % place.groupdict())


@register.filter
def named_by_code(code: str, kind: str) -> str:
    """Return what a coded word of our own is called: kinds of source, voices, events, acts.

    Takes the code and the question that it answers; what is no such word comes back as it is.
    """
    return str(CODE_LABELS.get(kind, {}).get(code, code))


@register.simple_tag
def comma() -> str:
    """Return what stands between the things of a list in the page's language: ", "."""
    return pgettext("between the things of a list", ", ")


@register.simple_tag
def semicolon() -> str:
    """Return what stands between the clauses of a list in the page's language: "; "."""
    return pgettext("between the clauses of a list", "; ")


@register.simple_tag
def worded(texts: dict[str, str], otherwise: str = "") -> SafeString:
    """Return the text of the codebook in the page's language, or in English, marked as such.

    Takes texts by language, as a term has its labels and its definitions, and what to show where
    they have none in the page's language.
    """
    if text := texts.get(get_language() or ""):
        return conditional_escape(text)
    if otherwise:
        return conditional_escape(otherwise)
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


LONGEST_LINE = 280
"""Characters that a card keeps of what a body says or what is said of it."""


@register.filter
def first_words(line: str) -> SafeString:
    """Return the line of a card as plain text; one that was cut ends after a word, with "…"."""
    text = bare(line)
    if len(line) < LONGEST_LINE:
        return text
    whole, _, _ = text.rpartition(" ")
    return mark_safe(f"{whole or text}…")  # noqa: S308 - `bare` has escaped it


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
CODE_LABELS: dict[str, dict[str, str | Promise]] = {
    "arena": ARENAS,
    "voice": dict(Voice.choices),
    "event": dict(Event.choices),
    "source_kind": dict(SourceKind.choices),
    "place_type": dict(PLACE_TYPES),
    "status": dict(STATES),
    "scheme": dict(SCHEMES),
    **{name: dict(judged.answers.choices) for name, judged in FINDING_KINDS.items()},
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
    "coverage": gettext_lazy("what was researched"),
    "entry": gettext_lazy("the whole entry"),
    "withheld": gettext_lazy("withheld information"),
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
