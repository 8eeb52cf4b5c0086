"""How similar two names are, and why.

Case, accents, scripts, punctuation, legal forms and word order make no difference; a typing error
makes little; a common word counts less than a rare one. Different numbers of locals, directions or
states, or a rare word on either side, mean two organizations.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise, product
from math import sqrt
from typing import NamedTuple

from .scripts import consonants, transliterate
from .words import (
    CANONICAL_WORDS,
    COMMON,
    DIRECTIONS,
    FUNCTION_WORDS,
    LEGAL_FORMS,
    NUMBERED,
    NUMBERS,
    PHRASES,
    STATES,
)

LEGAL_FORM_NAMES = {
    form.strip() for form in re.split(r"[/\n]", transliterate(LEGAL_FORMS)) if form.strip()
}
LONG_FORMS = sorted(form for form in LEGAL_FORM_NAMES if len(form) > 11)
LONGEST_FORM = max(len(form.split()) for form in LEGAL_FORM_NAMES)
LONGEST_NAME = 400
"""Characters compared at most: each word of a name is compared with every word of the other."""
ROMAN = re.compile(r"^(?=[ivx])x{0,3}(ix|iv|v?i{0,3})$")
TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class ParsedName:
    """A name in comparable form.

    `words` leaves out function words and legal forms, `joined` is the name without spaces,
    `initials` are the acronyms that the name could have.
    """

    words: tuple[str, ...]
    joined: str = ""
    initials: frozenset[str] = field(default_factory=frozenset)


@lru_cache(maxsize=65536)
def parse_name(name: str) -> ParsedName:
    text = transliterate(name[:LONGEST_NAME])
    text = re.sub(r"(?<=\w)['’‘`ʼ](?=\w)", "", text)
    text = re.sub(r"[&+]", " and ", text).replace("%", " percent")
    # J.P. Morgan, S.A.R.L., L.X.C: letters with points are one word.
    text = re.sub(
        r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?", lambda m: m[0].replace(".", "") + " ", text
    )
    text = re.sub(r"\b([^\W\d_])/([^\W\d_])\b", r"\1\2", text)
    tokens = TOKEN.findall(text)
    tokens = _join_initials(tokens)
    tokens = _replace_phrases(tokens)
    bare = _strip_legal_forms(tokens)
    initials = _initials(tokens, bare)
    # An acronym next to the name that it abbreviates adds nothing.
    bare = [word for word in bare if not _is_acronym_of(word, bare)] or bare
    words = [_canonical(word) for word in bare if word not in FUNCTION_WORDS] or bare
    return ParsedName(tuple(_add_units(words)), "".join(bare), initials)


def _join_initials(tokens: list[str]) -> list[str]:
    """Join consecutive single letters: "a c" becomes "ac"."""
    out: list[str] = []
    run = ""
    for token in [*tokens, ""]:
        if len(token) == 1 and token.isalpha() and token not in ("y", "e"):
            run += token
            continue
        out += [word for word in (run, token) if word]
        run = ""
    return out


def _replace_phrases(tokens: list[str]) -> list[str]:
    """Replace known phrases by one word: "united states" becomes "usa"."""
    text = f" {' '.join(tokens)} "
    for phrase, joined in PHRASES.items():
        text = text.replace(f" {phrase} ", f" {joined} ")
    return text.split()


def _strip_legal_forms(tokens: list[str]) -> list[str]:
    """Strip legal forms from the end and the beginning."""
    rest = list(tokens)
    size = -1
    while size and len(rest) > 1:
        sizes = range(min(LONGEST_FORM, len(rest) - 1), 0, -1)
        size = next((size for size in sizes if _is_form(rest[-size:])), 0)
        if size:
            rest = rest[:-size]
        else:
            size = next((size for size in sizes if _is_form(rest[:size])), 0)
            rest = rest[size:]
        while len(rest) > 1 and rest[-1] in FUNCTION_WORDS:
            rest.pop()
    return rest


@lru_cache(maxsize=65536)
def _misspelled_form(written: str) -> bool:
    """Whether this is a long legal form with at most two typing errors."""
    return len(written) > 11 and any(
        abs(len(form) - len(written)) < 3 and edit_distance(form, written) < 3
        for form in LONG_FORMS
        if form[:2] == written[:2]
    )


def _is_form(words: list[str]) -> bool:
    written = " ".join(words)
    return written in LEGAL_FORM_NAMES or _misspelled_form(written)


def _canonical(word: str) -> str:
    """Write numbers in digits and abbreviations in full."""
    word = CANONICAL_WORDS.get(word, word)
    return str(NUMBERS.get(word, word))


def _add_units(words: list[str]) -> list[str]:
    """Add tens and units: "forty four" is 44."""
    out: list[str] = []
    for word in words:
        if out and word in _UNITS and out[-1] in _TENS:
            out[-1] = str(int(out[-1]) + int(word))
        else:
            out.append(word)
    return out


_UNITS = set("123456789")


def _is_acronym_of(word: str, words: list[str]) -> bool:
    """Whether a word is the acronym of the others."""
    others = [item for item in words if item != word]
    return len(word) > 2 and len(others) > 1 and word in _initials(others, others)


_TENS = {str(ten) for ten in range(20, 100, 10)}


def _initials(tokens: list[str], bare: list[str]) -> frozenset[str]:
    """Acronyms that these words could have, with and without function words."""
    acronyms = {
        "".join(word[0] for word in words)
        for words in (tokens, bare, [w for w in bare if w not in FUNCTION_WORDS])
        if len(words) > 1
    }
    return frozenset(acronym for acronym in acronyms if len(acronym) > 1)


def weight(word: str) -> float:
    """How much a word identifies an organization, from 0.4 (common) to 1 (rare)."""
    if word.isdecimal() or ROMAN.match(word):
        return 0.5
    if word in COMMON:
        return 0.4
    if len(word) < 3:
        return 0.6
    return 1.0


@lru_cache(maxsize=65536)
def edit_distance(one: str, other: str) -> int:
    """Damerau-Levenshtein distance: letters changed, added, left out or swapped."""
    if one == other:
        return 0
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row, older = row, [i], before
        before = last
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def similarity(one: str, other: str) -> float:
    """1 minus the edit distance as a share of the longer text."""
    longest = max(len(one), len(other))
    return 1 - edit_distance(one, other) / longest if longest else 0.0


class NameSimilarity(NamedTuple):
    """How similar two names are, from 0 to 1, and why.

    `kind` is one of same, order, letters, words, initials, part, sound, different. `only_one` and
    `only_other` are the words that only one name has. `conflict` is number, direction, state or
    empty: what shows that the names belong to two organizations.
    """

    score: float
    kind: str
    only_one: tuple[str, ...] = ()
    only_other: tuple[str, ...] = ()
    conflict: str = ""


SIMILAR_WORDS = 0.7
"""Similarity from which two words are the same word with a typing error."""
CONFLICT_FACTOR = 0.6
"""Factor for names with different numbers, directions or states."""
INITIALS_SCORE = 0.85
"""Score of a name and its acronym: many organizations share acronyms."""
SOUND_SCORE = 0.95
"""Score of names in two scripts that sound the same."""


@lru_cache(maxsize=65536)
def compare_names(one: str, other: str) -> NameSimilarity:
    """Compare two names.

    Text in brackets or after a dash is a name of its own if the other name equals it: "EURAMET –
    European Association of Metrology" is called EURAMET, too.
    """
    whole = _compare_whole(one, other)
    if whole.score < PART_SCORE:
        for short, long in ((one, other), (other, one)):
            if any(parse_name(part).words == parse_name(short).words for part in parts(long)):
                return NameSimilarity(PART_SCORE, "part")
    return whole


def _compare_whole(one: str, other: str) -> NameSimilarity:
    a, b = parse_name(one), parse_name(other)
    if not a.words or not b.words:
        return NameSimilarity(0.0, "different")
    if a.words == b.words or a.joined == b.joined:
        return NameSimilarity(1.0, "same")
    for short, long in ((a, b), (b, a)):
        if len(short.words) == 1 and len(short.joined) > 2 and short.joined in long.initials:
            return NameSimilarity(INITIALS_SCORE, "initials")
    pairing = _pair_words(a, b)
    score, kind = pairing.score, "words"
    if not pairing.only_one and not pairing.only_other:
        kind = "letters" if pairing.similar else "order"
    if _script(one) != _script(other):
        sounds = [consonants("".join(name.words)) for name in (a, b)]
        sound = SOUND_SCORE * similarity(*sounds) if min(map(len, sounds)) > 3 else 0.0
        score, kind = max(score, sound), "sound"
    conflict = _find_conflict(
        a, b, [*pairing.similar, *product(pairing.only_one, pairing.only_other)]
    )
    if conflict:
        score *= CONFLICT_FACTOR
    return NameSimilarity(score, kind, pairing.only_one, pairing.only_other, conflict)


@lru_cache(maxsize=65536)
def parts(name: str) -> tuple[str, ...]:
    """Split a name at brackets or a dash.

    A part that says where, or that has no rare word, is no name.
    """
    brackets = re.search(r"(?<=.)\(([^()]+)\)", name)
    if brackets:
        candidates = [f"{name[: brackets.start()].rstrip()} {name[brackets.end() :]}", brackets[1]]
    else:
        candidates = [part.strip() for part in re.split(r"(?<=\s)[-–—|](?=\s)", name)]
    if len(candidates) < 2:
        return ()
    words = [parse_name(part).words for part in candidates]
    if any(word in STATES or word in DIRECTIONS for tokens in words for word in tokens[:1]):
        return ()
    return tuple(
        part
        for part, tokens in zip(candidates, words, strict=True)
        if max(map(weight, tokens), default=0) == 1
    )


class Pairing(NamedTuple):
    """Two names compared word by word: the score, the pairs with typing errors, and the rest."""

    score: float
    similar: list[tuple[str, str]]
    only_one: tuple[str, ...]
    only_other: tuple[str, ...]


def _pair_words(one: ParsedName, other: ParsedName) -> Pairing:
    """Pair the words of two names in any order: equal words first, then the most similar."""
    left, right = list(one.words), list(other.words)
    shared = lost = 0.0
    for word in one.words:
        if word in right:
            shared += weight(word)
            left.remove(word)
            right.remove(word)
    similar = []
    for a, b, like in _similar_pairs(left, right):
        value = max(weight(a), weight(b))
        shared += sqrt(like) * value
        lost += (1 - sqrt(like)) * value
        similar.append((a, b))
        left.remove(a)
        right.remove(b)
    left, right, rejoined = _pair_rejoined(left, right, one, other)
    shared += rejoined
    for rest, opposite in ((left, right), (right, left)):
        for word in rest:
            spared = 1 if opposite or word not in COMMON else EXTRA_COMMON_FACTOR
            lost += UNMATCHED_COST * spared * weight(word)
    return Pairing(shared / (shared + lost), similar, tuple(left), tuple(right))


def _similar_pairs(left: list[str], right: list[str]) -> Iterator[tuple[str, str, float]]:
    """Yield the pairs of words that differ by a typing error, the most similar first."""
    ranked = sorted(
        (-similarity(a, b), i, j)
        for i, a in enumerate(left)
        for j, b in enumerate(right)
        if _may_be_similar(a, b)
    )
    taken: dict[int, int] = {}
    words = list(left), list(right)
    for distance, i, j in ranked:
        if -distance >= SIMILAR_WORDS and i not in taken and j not in taken.values():
            taken[i] = j
            yield words[0][i], words[1][j], -distance


@lru_cache(maxsize=65536)
def _may_be_similar(one: str, other: str) -> bool:
    """Whether two words share enough letters to be similar: cheaper than their distance."""
    if one.isdecimal() or other.isdecimal():
        return False
    shared = sum(min(one.count(letter), other.count(letter)) for letter in set(one))
    return shared >= SIMILAR_WORDS * max(len(one), len(other))


def _pair_rejoined(
    left: list[str], right: list[str], one: ParsedName, other: ParsedName
) -> tuple[list[str], list[str], float]:
    """Pair leftover words that were joined, split or abbreviated.

    Returns the words still left over on each side, and the weight of the paired ones.
    """
    if not left or not right:
        return left, right, 0.0
    joined, other_joined = "".join(left), "".join(right)
    score = similarity(joined, other_joined) if _may_be_similar(joined, other_joined) else 0.0
    if score < SIMILAR_REST and similarity(one.joined, other.joined) == 1:
        score = 1.0
    if score >= SIMILAR_REST:
        return [], [], sqrt(score) * max(sum(map(weight, left)), sum(map(weight, right)))
    for words, opposite in ((left, right), (right, left)):
        for word in words:
            if len(word) > 2 and len(opposite) > 1 and word in _initials(opposite, opposite):
                rest = [token for token in words if token != word]
                return (rest, [], 1.0) if words is left else ([], rest, 1.0)
    return left, right, 0.0


UNMATCHED_COST = 0.8
"""Cost of a word that only one name has, relative to a word that both have."""
EXTRA_COMMON_FACTOR = 0.5
"""Factor of that cost for a common word if the other name has no word left."""
SIMILAR_REST = 0.8
"""Similarity from which leftover words, joined, are the same words."""
PART_SCORE = 0.9
"""Score of a name and a part of a longer one."""


def _find_conflict(one: ParsedName, other: ParsedName, pairs: Iterable[tuple[str, str]]) -> str:
    """The kind of word that shows two organizations: number, direction, state; empty if none."""
    numbers = [
        {after for word, after in pairwise(name.words) if word in NUMBERED and after[:1].isdigit()}
        for name in (one, other)
    ]
    if all(numbers) and not numbers[0] & numbers[1]:
        return "number"
    for a, b in pairs:
        if a in DIRECTIONS and b in DIRECTIONS:
            return "direction"
        if a in STATES and b in STATES:
            return "state"
    return ""


def _script(name: str) -> str:
    """The Unicode name of the script of the first letter."""
    letter = next((one for one in name if one.isalpha()), "a")
    return unicodedata.name(letter, "LATIN").partition(" ")[0]
