"""Template tags and filters for single values: dates, numbers, languages, texts, codes."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

import nh3
from babel import Locale
from django import template
from django.conf import settings
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html, format_html_join, strip_tags
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
from orgs.records.edtf import date_in_words
from orgs.records.kinds import KINDS
from orgs.records.languages import localized
from orgs.records.source import SourceKind
from orgs.records.vocabulary import PLACE_TYPES, SCHEMES, STATES, UNITS
from orgs.statements.coverage import ReasonClass
from orgs.statements.existence import Event
from orgs.statements.statement import Voice

register = template.Library()
register.filter(localized)
register.filter(date_in_words)

# Numbers --------------------------------------------------------------------------------------


@register.filter
def number(value: object) -> str:
    """Group the thousands of a number and drop empty decimals; other values stay unchanged."""
    try:
        exact = Decimal(str(value)).normalize()
    except InvalidOperation:
        return str(value)
    if exact == exact.to_integral_value():
        exact = exact.quantize(Decimal(1))
    return number_format(exact, use_l10n=True, force_grouping=True)


@register.filter
def figure_text(figure: dict) -> SafeString:
    """Write the bounds of a figure, an item of a document's `figures`: "at least 100 percent"."""
    low, high = figure.get("low"), figure.get("high")
    unit = figure.get("unit") or ""
    # The label of the measure already names this unit.
    if unit.casefold() == figure.get("label", "").casefold():
        unit = ""
    if low is not None and high is not None and Decimal(str(low)) == Decimal(str(high)):
        return with_unit(low, unit)
    if high is None:
        return _fill(gettext("at least %(number)s"), number=with_unit(low, unit))
    if low is None:
        return _fill(gettext("at most %(number)s"), number=with_unit(high, unit))
    return _fill(gettext("%(low)s to %(high)s"), low=number(low), high=with_unit(high, unit))


def with_unit(value: object, unit: str) -> SafeString:
    """Write a number with its unit, both in one direction of text."""
    if not unit:
        return conditional_escape(number(value))
    if unit in UNITS:
        return format_html("{} {}", number(value), unit_name(unit))
    return in_english(f"{number(value)} {unit}")


def _fill(sentence: str, **values: str) -> SafeString:
    """Escape a translated sentence and the values of its placeholders."""
    safe = {name: conditional_escape(value) for name, value in values.items()}
    return mark_safe(conditional_escape(sentence) % safe)  # noqa: S308 - each part is escaped


@register.filter
def unit_name(unit: str) -> SafeString:
    """Translate a unit if the vocabulary has it; others stay in English."""
    return conditional_escape(str(UNITS[unit])) if unit in UNITS else in_english(unit)


@register.filter
def unique(values: Iterable[str] | None) -> list[str]:
    """Each value once, in their order: several sources may state the same."""
    return [*dict.fromkeys(values or ())]


# Languages ------------------------------------------------------------------------------------

RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"}
RIGHT_TO_LEFT_SCRIPTS = {"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Syrc", "Thaa"}
LANGUAGES_OF_NO_LOCALE = {
    "mix": gettext_lazy("Mixtec"),
    "nah": gettext_lazy("Nahuatl"),
}
"""Languages that CLDR has no names for."""


def language_attributes(tag: str, script: str = "") -> dict[str, str]:
    """The attributes `lang` and `dir` for a text, none if it is in the page's language.

    Takes a BCP-47 tag (und: not known) and an ISO 15924 code, if there is one.
    """
    if not tag or tag == "und":
        return {"lang": "", "dir": "auto"}
    parts = tag.split("-")
    script = script or next((part for part in parts[1:] if len(part) == 4), "")
    right_to_left = script in RIGHT_TO_LEFT_SCRIPTS or (not script and parts[0] in RIGHT_TO_LEFT)
    if tag == get_language() and not script:
        return {}
    language = f"{tag}-{script}" if script and script not in parts else tag
    return {"lang": language, "dir": "rtl" if right_to_left else "ltr"}


@register.simple_tag
def in_language(tag: str, script: str = "") -> SafeString:
    """Write the `language_attributes` of a text."""
    return format_html_join("", ' {}="{}"', language_attributes(tag, script).items())


@register.filter
def in_english(text: str | None) -> SafeString:
    """Mark a text of the editors as English on pages in other languages.

    The interface is translated; labels, details and notes are content, written in English.
    """
    if not text or get_language() == settings.LANGUAGE_CODE:
        return conditional_escape(text or "")
    return format_html("<span{}>{}</span>", in_language(settings.LANGUAGE_CODE), text)


@register.filter
def in_brackets(text: str | None) -> SafeString:
    """Put a text of the editors in brackets, inside its own direction of text."""
    return in_english(f"({text})" if text else "")


class IsolateNode(template.Node):
    """Contents that are isolated if all of their letters read from left to right."""

    def __init__(self, inner: template.NodeList) -> None:
        self.inner = inner

    def render(self, context: template.Context) -> SafeString:
        """Wrap them in an element of their own on pages that read from right to left."""
        html = self.inner.render(context)
        if not get_language_bidi() or "<div" in html:
            return html
        directions = {unicodedata.bidirectional(char) for char in strip_tags(html)}
        if "L" not in directions or directions & {"R", "AL"}:
            return html
        return format_html('<span dir="ltr">{}</span>', html)


@register.tag
def isolate(parser: template.base.Parser, token: template.base.Token) -> IsolateNode:
    """Isolate contents that may be in another script, up to {% end_isolate %}: "name: detail"."""
    inner = parser.parse(("end_isolate",))
    parser.delete_first_token()
    return IsolateNode(inner)


DATE_PATTERN = re.compile(r"\d{4}-\d\d(?:-\d\d)?(?:T[\d:]+Z?| \d\d:\d\d)?(?:/\d{4}-[\d-]+)?")


@register.filter
def with_dates(text: str) -> SafeString:
    """Keep the dates in a hint on one line, from left to right."""
    marked = DATE_PATTERN.sub(r'<time dir="ltr">\g<0></time>', conditional_escape(text))
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
    """Translate a locator that names a part of the paper; others stay in English.

    English pages keep the form of a citation, "fn 21".
    """
    part = LOCATOR.fullmatch(text or "")
    if part is None or get_language() == settings.LANGUAGE_CODE:
        return in_english(text)
    label = str(LOCATORS[part["part"] or part["whole"]])
    return conditional_escape(label.replace(" ", "\xa0") % part.groupdict())


@register.filter
def code_label(code: str, kind: str) -> str:
    """The label of a code of the catalogue itself: kinds of source, voices, events, acts.

    `kind` is the filter with this code; unknown codes stay unchanged.
    """
    return str(CODE_LABELS.get(kind, {}).get(code, code))


@register.simple_tag
def comma() -> str:
    """The separator of a list in the page's language: ", "."""
    return pgettext("between the things of a list", ", ")


@register.simple_tag
def semicolon() -> str:
    """The separator of clauses in the page's language: "; "."""
    return pgettext("between the clauses of a list", "; ")


@register.simple_tag
def codebook_text(texts: dict[str, str], otherwise: str = "") -> SafeString:
    """Choose a text of the codebook in the page's language, else `otherwise`, else English.

    Takes texts by language, such as the labels or definitions of a term.
    """
    if text := texts.get(get_language() or ""):
        return conditional_escape(text)
    if otherwise:
        return conditional_escape(otherwise)
    return in_english(texts.get(settings.LANGUAGE_CODE, ""))


@register.filter
def arena_text(text: str) -> SafeString:
    """Translate the label or definition of an arena.

    A migration sets them for every catalogue, so gettext translates them; other texts stay in
    English.
    """
    return conditional_escape(gettext(text)) if text in ARENA_TEXTS else in_english(text)


@register.filter
def language_name(tag: str) -> str:
    """The name of a language, or its tag if it has none; "" for "und".

    The names are those of CLDR, as they appear inside a sentence.
    """
    base = (tag or "").split("-")[0]
    if base in ("", "und"):
        return ""
    if base in LANGUAGES_OF_NO_LOCALE:
        return str(LANGUAGES_OF_NO_LOCALE[base])
    names = Locale.parse(get_language() or "en", sep="-").languages
    return names.get(tag.replace("-", "_")) or names.get(base) or tag


# Texts ----------------------------------------------------------------------------------------

PROSE = MarkdownIt("commonmark", {"html": False}).disable("image")
ELEMENTS = {"p", "em", "strong", "a", "ul", "ol", "li", "blockquote", "code", "pre", "br"}
PROTOCOLS = {"http", "https", "mailto"}


@register.filter
def prose(markdown: str) -> SafeString:
    """Render Markdown as safe HTML without scripts, images and headings.

    Links may only be http, https and mailto, and are marked `nofollow ugc`. There is no trailing
    space, as the mark of a note may follow.
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
def plain_text(markdown: str) -> SafeString:
    """Render Markdown as one escaped line of plain text, for cards of lists."""
    return mark_safe(  # noqa: S308 - nh3 leaves no element and escapes the rest
        " ".join(nh3.clean(PROSE.render(markdown or ""), tags=set()).split())
    )


CARD_LINE_LENGTH = 280
"""The number of characters of a description that a card has."""


@register.filter
def card_line(line: str) -> SafeString:
    """Render the line of a card as plain text; a truncated one ends after a word, with "…"."""
    text = plain_text(line)
    if len(line) < CARD_LINE_LENGTH:
        return text
    whole, _, _ = text.rpartition(" ")
    return mark_safe(f"{whole or text}…")  # noqa: S308 - `plain_text` has escaped it


@register.filter
def safe_url(url: str) -> str:
    """The address if a link to it is safe, or else ""."""
    scheme, colon, _ = (url or "").strip().partition(":")
    return url.strip() if colon and scheme.lower() in PROTOCOLS else ""


@register.filter
def code_in_words(code: str) -> str:
    return str(code).replace("_", " ")


# Kinds and codes ------------------------------------------------------------------------------

ARENAS: dict[str, str | Promise] = {
    "membership": gettext_lazy("migrant-led membership organizations"),
    "space": gettext_lazy("autonomous public spaces"),
    "ngo": gettext_lazy("migrant-led NGOs"),
    "media": gettext_lazy("migrant-led media"),
}
ARENA_TEXTS = {
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
"""The labels and definitions of the four arenas, as a migration sets them."""
CODE_LABELS: dict[str, dict[str, str | Promise]] = {
    "arena": ARENAS,
    "voice": dict(Voice.choices),
    "event": dict(Event.choices),
    "source_kind": dict(SourceKind.choices),
    "place_type": dict(PLACE_TYPES),
    "status": dict(STATES),
    "scheme": dict(SCHEMES),
    **{name: dict(finding.answers.choices) for name, finding in FINDING_KINDS.items()},
}
"""The labels of the codes of the catalogue itself, by filter."""
REASONS = {
    **dict(ReasonClass.choices),
    "mistake": gettext_lazy("because it was entered by mistake"),
}
PART_LABELS = {
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
    return str(KINDS[kind].label if kind in KINDS else kind)


@register.filter
def arena_name(code: str) -> str:
    return str(ARENAS.get(code, code))


@register.filter
def reason_name(code: str) -> str:
    """The label of the class of reason for withholding or withdrawing; discloses no details."""
    return str(REASONS.get(code, ""))


@register.filter
def part_name(part: str) -> str:
    """The label of a part of a document, for its heading or in a sentence."""
    return str(PART_LABELS.get(part, code_in_words(part)))
