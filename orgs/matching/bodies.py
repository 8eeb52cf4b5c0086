"""How alike two bodies are: their names, places, identifiers and links, each with its reason.

A body is what its public document says, so no reason tells more than the public may read. Nobody is
merged by a number: it puts what a person should look at first.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain, product
from typing import Any, NamedTuple

from django.utils.translation import gettext, ngettext, pgettext

from .names import Alike, alike, taken_apart, weight

LIKELY = 0.75
"""From which score on two bodies are likely to be one. docs/editing.md has the measurements."""
ENOUGH = 0.5
"""How alike names must be before a place or a web address that both have says anything."""
ANYBODYS = 0.7
"""What a name is worth of which every word is common."""
SEATS = ("seat", "registered", "organized_base_in")
"""The roles of a place that say where a body is, the most telling first."""
MOST_NAMES = 12
"""How many names of a body are compared: more would be a list of translations."""

SHARED_HOSTS = {
    "academia.edu", "blogger.com", "blogspot.com", "facebook.com", "fb.com", "flickr.com",
    "github.io", "instagram.com", "linkedin.com", "linktr.ee", "medium.com", "sites.google.com",
    "t.me", "tiktok.com", "tumblr.com", "twitter.com", "vk.com", "weebly.com", "wix.com",
    "wixsite.com", "wordpress.com", "x.com", "youtube.com", "archive.org", "web.archive.org",
    "guidestar.org",
}  # fmt: skip
"""Web sites on which many bodies have a page: there, the page counts and not the site."""


@dataclass(frozen=True)
class Seat:
    """A place where a body is, by its key; with the keys of all that it lies in."""

    key: str
    label: str
    within: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Body:
    """What is compared of a body."""

    names: tuple[str, ...]
    acronyms: tuple[str, ...] = ()
    seats: tuple[Seat, ...] = ()
    identifiers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sites: frozenset[str] = frozenset()


class Reason(NamedTuple):
    """A fact on record that speaks for or against two bodies' being one, as a sentence."""

    sentence: str
    speaks_for: bool = True


class Likeness(NamedTuple):
    """How likely two bodies are one, from 0 to 1, and why."""

    score: float
    reasons: list[Reason]


def body_of(document: Mapping[str, Any], within: Mapping[str, frozenset[str]]) -> Body:
    """Return what is compared of a body's document.

    `within` says for the key of a place the keys of all that it lies in.
    """
    said = [one for one in document.get("names", ()) if one["holds"]]
    roles = [
        (SEATS.index(one["role"]), one["place"])
        for one in document.get("places", ())
        if one["holds"] and one["role"] in SEATS
    ]
    best = min((role for role, _ in roles), default=None)
    identifiers: dict[str, frozenset[str]] = {}
    for one in document.get("identifiers", ()):
        if one["holds"]:
            known = identifiers.get(one["scheme"], frozenset())
            identifiers[one["scheme"]] = known | {one["value"]}
    return Body(
        names=tuple(one["text"] for one in said if one["name_kind"] != "acronym")[:MOST_NAMES],
        acronyms=tuple(one["text"] for one in said if one["name_kind"] == "acronym")[:MOST_NAMES],
        seats=tuple(
            Seat(place["id"], place["label"], within.get(place["id"], frozenset()))
            for role, place in roles
            if role == best
        ),
        identifiers=identifiers,
        sites=frozenset(
            site
            for one in document.get("links", ())
            if one["holds"] and one["link_kind"] == "website"
            for site in [site_of(one["url"])]
            if site
        ),
    )


def site_of(url: str) -> str:
    """Return the web site of an address: its host; where many bodies share it, with the page."""
    found = re.match(
        r"^https?://(?:[^/@]*@)?(?:www\d?\.)?([^/:?#]+)[^/?#]*/?([^/?#]*)", url.lower()
    )
    if not found:
        return ""
    host, page = found[1].rstrip("."), found[2]
    if host not in SHARED_HOSTS:
        return host
    return f"{host}/{page}" if page else ""


def bare(identifier: str) -> str:
    """Return an identifier without what people leave out: leading zeros, hyphens, case."""
    return re.sub(r"[^a-z0-9]", "", identifier.lower()).lstrip("0")


def compared(one: Body, other: Body, sharing: Mapping[str, int] | None = None) -> Likeness:
    """Return how likely two bodies are one, and why.

    `sharing` says how many bodies give a web site as theirs: one that many give says little.
    """
    score, reasons = _by_names(one, other)
    score = _by_places(one, other, score, reasons)
    score = _by_sites(one, other, score, reasons, sharing or {})
    score = _by_identifiers(one, other, score, reasons)
    return Likeness(score, reasons)


def _by_names(one: Body, other: Body) -> tuple[float, list[Reason]]:
    """Compare the names, each with each; acronyms alone say little where the names differ."""
    found, a, b = _likest(product(one.names, other.names))
    short, c, d = _likest(
        chain(
            product(one.acronyms, (*other.names, *other.acronyms)),
            product(one.names, other.acronyms),
        )
    )
    if short.score > found.score:
        both_spelled = bool(one.names and other.names) and found.score < ENOUGH
        cap = ENOUGH if both_spelled and (c in one.acronyms or d in other.acronyms) else 1.0
        found, a, b = short._replace(score=max(found.score, min(short.score, cap))), c, d
    if found.score < 0.3:
        return found.score, [Reason(gettext("Their names are not alike."), False)]
    reasons = [_named(found, a, b)]
    if found.parted:
        reasons.append(_parted(found))
    if found.score > ENOUGH and max(map(weight, taken_apart(a).words), default=1) < 1:
        reasons.append(Reason(gettext("Many organizations could have this name."), False))
        found = found._replace(score=found.score * ANYBODYS)
    return found.score, reasons


def _likest(pairs: Iterable[tuple[str, str]]) -> tuple[Alike, str, str]:
    """Return the likest of some pairs of names, and in which way they are."""
    return max(
        ((alike(a, b), a, b) for a, b in pairs),
        key=lambda each: each[0].score,
        default=(Alike(0.0, "different"), "", ""),
    )


def _named(found: Alike, one: str, other: str) -> Reason:
    """Say in which way two names are alike."""
    both = {"one": one, "other": other}
    if one == other:
        return Reason(gettext("Both are called “%(one)s”.") % both)
    sentence = {
        "same": gettext("“%(one)s” and “%(other)s” are one name, written in two ways."),
        "order": gettext("“%(one)s” and “%(other)s” have the same words."),
        "letters": gettext("“%(one)s” and “%(other)s” differ in a few letters."),
        "initials": gettext("One of “%(one)s” and “%(other)s” has the first letters of the other."),
        "part": gettext("One of “%(one)s” and “%(other)s” is a part of the other."),
        "sound": gettext("“%(one)s” and “%(other)s” sound alike, in two scripts."),
    }.get(found.way)
    if sentence is None:
        only = [*found.only_one, *found.only_other]
        both["words"] = pgettext("between the things of a list", ", ").join(only)
        sentence = (
            gettext("“%(one)s” and “%(other)s” share words, but not these: %(words)s.")
            if only
            else gettext("“%(one)s” and “%(other)s” share words.")
        )
    return Reason(sentence % both, found.score >= ENOUGH)


def _parted(found: Alike) -> Reason:
    """Say what sets two names apart."""
    return Reason(
        {
            "number": gettext("They have different numbers."),
            "direction": gettext("One says north where the other says south, or the like."),
            "state": gettext("They name different states or peoples."),
        }[found.parted],
        False,
    )


def _by_places(one: Body, other: Body, score: float, reasons: list[Reason]) -> float:
    """Weigh where they are: the same place speaks for one body, two places against."""
    if not one.seats or not other.seats:
        return score
    pairs = [(a, b) for a in one.seats for b in other.seats]
    for a, b in pairs:
        if a.key == b.key:
            if score < ENOUGH:
                return score
            reasons.append(Reason(gettext("Both are in %(place)s.") % {"place": a.label}))
            return 1 - (1 - score) * 0.7
    if any(a.key in b.within or b.key in a.within for a, b in pairs):
        return score
    a, b = pairs[0]
    reasons.append(
        Reason(
            gettext("One is in %(one)s, the other in %(other)s.")
            % {"one": a.label, "other": b.label},
            False,
        )
    )
    return score * (0.7 if any(a.within & b.within for a, b in pairs) else 0.6)


def _by_sites(
    one: Body, other: Body, score: float, reasons: list[Reason], sharing: Mapping[str, int]
) -> float:
    """Weigh the web sites that both give."""
    both = one.sites & other.sites
    if not both:
        return score
    site = min(both, key=lambda each: (sharing.get(each, 2), each))
    bodies = sharing.get(site, 2)
    said = {"site": site, "bodies": bodies}
    if bodies > 2:
        reasons.append(
            Reason(
                ngettext(
                    "Both give the web site %(site)s, as %(bodies)s body does.",
                    "Both give the web site %(site)s, as %(bodies)s bodies do.",
                    bodies,
                )
                % said
            )
        )
    else:
        reasons.append(Reason(gettext("Both give the web site %(site)s.") % said))
    if score < ENOUGH:
        # Whoever shares an office shares a web site.
        return max(score, ENOUGH) if bodies == 2 else score
    return 1 - (1 - score) * (0.4 if bodies == 2 else 0.9)


def _by_identifiers(one: Body, other: Body, score: float, reasons: list[Reason]) -> float:
    """Weigh identifiers: the same one decides, another of the same scheme speaks against."""
    for scheme in sorted(one.identifiers.keys() & other.identifiers.keys()):
        a, b = one.identifiers[scheme], other.identifiers[scheme]
        same = {bare(value) for value in a} & {bare(value) for value in b} - {""}
        said = {"scheme": scheme, "one": min(a), "other": min(b)}
        if same:
            said["one"] = next(value for value in sorted(a) if bare(value) in same)
            reasons.append(
                Reason(gettext("Both have the identifier %(one)s of %(scheme)s.") % said)
            )
            return max(score, 0.97)
        reasons.append(
            Reason(
                gettext("As identifiers of %(scheme)s one has %(one)s, the other %(other)s.")
                % said,
                False,
            )
        )
        score *= 0.5
    return score
