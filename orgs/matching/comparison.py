"""How similar two actors are by their names, places, identifiers and websites, with reasons.

Only public documents are compared, so no reason reveals more than the public may read. The score
orders the pairs for an editor; it never merges records.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain, product
from typing import Any, NamedTuple

from django.utils.translation import gettext, ngettext, pgettext

from .names import NameSimilarity, compare_names, parse_name, weight

LIKELY = 0.75
"""Score from which two actors are likely the same. docs/editing.md has the measurements."""
SIMILAR_NAMES = 0.5
"""Score of names below which a shared place or website does not count."""
COMMON_NAME_FACTOR = 0.7
"""Factor for names that consist of common words only."""
SEAT_ROLES = ("seat", "registered", "organized_base_in")
"""Roles of a place that locate an actor, the strongest first."""
MOST_NAMES = 12
"""Names compared per actor: more would be a list of translations."""

SHARED_HOSTS = {
    "academia.edu", "blogger.com", "blogspot.com", "facebook.com", "fb.com", "flickr.com",
    "github.io", "instagram.com", "linkedin.com", "linktr.ee", "medium.com", "sites.google.com",
    "t.me", "tiktok.com", "tumblr.com", "twitter.com", "vk.com", "weebly.com", "wix.com",
    "wixsite.com", "wordpress.com", "x.com", "youtube.com", "archive.org", "web.archive.org",
    "guidestar.org",
}  # fmt: skip
"""Sites on which many actors have a page: the page is compared, not the site."""


@dataclass(frozen=True)
class Seat:
    """A place by its key, with the keys of the places that contain it."""

    key: str
    label: str
    within: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ActorFeatures:
    names: tuple[str, ...]
    acronyms: tuple[str, ...] = ()
    seats: tuple[Seat, ...] = ()
    identifiers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sites: frozenset[str] = frozenset()


class Reason(NamedTuple):
    """A sentence for or against two actors being the same."""

    sentence: str
    supports: bool = True


class Comparison(NamedTuple):
    """How likely two actors are the same, from 0 to 1, and why."""

    score: float
    reasons: list[Reason]


def extract_features(
    document: Mapping[str, Any], within: Mapping[str, frozenset[str]]
) -> ActorFeatures:
    """Read the compared features from an actor's document.

    `within` maps the key of a place to the keys of the places that contain it.
    """
    names = [item for item in document.get("names", ()) if item["holds"]]
    roles = [
        (SEAT_ROLES.index(item["role"]), item["place"])
        for item in document.get("places", ())
        if item["holds"] and item["role"] in SEAT_ROLES
    ]
    best = min((role for role, _ in roles), default=None)
    identifiers: dict[str, frozenset[str]] = {}
    for item in document.get("identifiers", ()):
        if item["holds"]:
            known = identifiers.get(item["scheme"], frozenset())
            identifiers[item["scheme"]] = known | {item["value"]}
    return ActorFeatures(
        names=tuple(item["text"] for item in names if item["name_kind"] != "acronym")[:MOST_NAMES],
        acronyms=tuple(item["text"] for item in names if item["name_kind"] == "acronym")[
            :MOST_NAMES
        ],
        seats=tuple(
            Seat(place["id"], place["label"], within.get(place["id"], frozenset()))
            for role, place in roles
            if role == best
        ),
        identifiers=identifiers,
        sites=frozenset(
            site
            for item in document.get("links", ())
            if item["holds"] and item["link_kind"] == "website"
            for site in [website_of(item["url"])]
            if site
        ),
    )


def website_of(url: str) -> str:
    """The host of a URL without www; on shared hosts with the first segment of the path."""
    match = re.match(
        r"^https?://(?:[^/@]*@)?(?:www\d?\.)?([^/:?#]+)[^/?#]*/?([^/?#]*)", url.lower()
    )
    if not match:
        return ""
    host, page = match[1].rstrip("."), match[2]
    if host not in SHARED_HOSTS:
        return host
    return f"{host}/{page}" if page else ""


def normalize_identifier(identifier: str) -> str:
    """Drop what people leave out of identifiers: leading zeros, hyphens, case."""
    return re.sub(r"[^a-z0-9]", "", identifier.lower()).lstrip("0")


def compare(
    one: ActorFeatures, other: ActorFeatures, sharers: Mapping[str, int] | None = None
) -> Comparison:
    """Compare two actors.

    `sharers` counts the actors that give a website: one that many give says little.
    """
    score, reasons = _by_names(one, other)
    score = _by_places(one, other, score, reasons)
    score = _by_sites(one, other, score, reasons, sharers or {})
    score = _by_identifiers(one, other, score, reasons)
    return Comparison(score, reasons)


def _by_names(one: ActorFeatures, other: ActorFeatures) -> tuple[float, list[Reason]]:
    """Compare all pairs of names; acronyms alone say little if the names differ."""
    best, a, b = _most_similar(product(one.names, other.names))
    short, c, d = _most_similar(
        chain(
            product(one.acronyms, (*other.names, *other.acronyms)),
            product(one.names, other.acronyms),
        )
    )
    if short.score > best.score:
        both_spelled = bool(one.names and other.names) and best.score < SIMILAR_NAMES
        cap = SIMILAR_NAMES if both_spelled and (c in one.acronyms or d in other.acronyms) else 1.0
        best, a, b = short._replace(score=max(best.score, min(short.score, cap))), c, d
    if best.score < 0.3:
        return best.score, [Reason(gettext("Their names are not alike."), False)]
    reasons = [_name_reason(best, a, b)]
    if best.conflict:
        reasons.append(_conflict_reason(best))
    if best.score > SIMILAR_NAMES and max(map(weight, parse_name(a).words), default=1) < 1:
        reasons.append(Reason(gettext("Many organizations could have this name."), False))
        best = best._replace(score=best.score * COMMON_NAME_FACTOR)
    return best.score, reasons


def _most_similar(pairs: Iterable[tuple[str, str]]) -> tuple[NameSimilarity, str, str]:
    return max(
        ((compare_names(a, b), a, b) for a, b in pairs),
        key=lambda pair: pair[0].score,
        default=(NameSimilarity(0.0, "different"), "", ""),
    )


def _name_reason(similarity: NameSimilarity, one: str, other: str) -> Reason:
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
    }.get(similarity.kind)
    if sentence is None:
        only = [*similarity.only_one, *similarity.only_other]
        both["words"] = pgettext("between the things of a list", ", ").join(only)
        sentence = (
            gettext("“%(one)s” and “%(other)s” share words, but not these: %(words)s.")
            if only
            else gettext("“%(one)s” and “%(other)s” share words.")
        )
    return Reason(sentence % both, similarity.score >= SIMILAR_NAMES)


def _conflict_reason(similarity: NameSimilarity) -> Reason:
    return Reason(
        {
            "number": gettext("They have different numbers."),
            "direction": gettext("One says north where the other says south, or the like."),
            "state": gettext("They name different states or peoples."),
        }[similarity.conflict],
        False,
    )


def _by_places(
    one: ActorFeatures, other: ActorFeatures, score: float, reasons: list[Reason]
) -> float:
    """Adjust the score: the same place raises it, two places lower it."""
    if not one.seats or not other.seats:
        return score
    pairs = [(a, b) for a in one.seats for b in other.seats]
    for a, b in pairs:
        if a.key == b.key:
            if score < SIMILAR_NAMES:
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
    one: ActorFeatures,
    other: ActorFeatures,
    score: float,
    reasons: list[Reason],
    sharers: Mapping[str, int],
) -> float:
    """Raise the score for a website that both give."""
    both = one.sites & other.sites
    if not both:
        return score
    site = min(both, key=lambda name: (sharers.get(name, 2), name))
    count = sharers.get(site, 2)
    params = {"site": site, "others": count}
    if count > 2:
        reasons.append(
            Reason(
                ngettext(
                    "Both give the web site %(site)s, as %(others)s organization does.",
                    "Both give the web site %(site)s, as %(others)s organizations do.",
                    count,
                )
                % params
            )
        )
    else:
        reasons.append(Reason(gettext("Both give the web site %(site)s.") % params))
    if score < SIMILAR_NAMES:
        # Two organizations that share an office share a website.
        return max(score, SIMILAR_NAMES) if count == 2 else score
    return 1 - (1 - score) * (0.4 if count == 2 else 0.9)


def _by_identifiers(
    one: ActorFeatures, other: ActorFeatures, score: float, reasons: list[Reason]
) -> float:
    """Adjust the score: the same identifier decides, another of the same scheme lowers it."""
    for scheme in sorted(one.identifiers.keys() & other.identifiers.keys()):
        a, b = one.identifiers[scheme], other.identifiers[scheme]
        same = {normalize_identifier(value) for value in a} & {
            normalize_identifier(value) for value in b
        } - {""}
        params = {"scheme": scheme, "one": min(a), "other": min(b)}
        if same:
            params["one"] = next(
                value for value in sorted(a) if normalize_identifier(value) in same
            )
            reasons.append(
                Reason(gettext("Both have the identifier %(one)s of %(scheme)s.") % params)
            )
            return max(score, 0.97)
        reasons.append(
            Reason(
                gettext("As identifiers of %(scheme)s one has %(one)s, the other %(other)s.")
                % params,
                False,
            )
        )
        score *= 0.5
    return score
