"""How alike two names are, and why: as somebody would say it who had both before them.

Case, accents, scripts, punctuation, legal forms and word order make no difference; a typing error
makes little; a common word counts less than a rare one. A number that says which local, a
direction, or a rare word on both sides, says that they are two.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise, product
from math import sqrt
from typing import NamedTuple

from .scripts import bones, latin
from .words import (
    COMMON,
    COUNTED,
    DIRECTIONS,
    JOINING,
    LEGAL_FORMS,
    NUMBERS,
    PHRASES,
    STATES,
    WRITTEN_OUT,
)

FORMS = {form.strip() for form in re.split(r"[/\n]", latin(LEGAL_FORMS)) if form.strip()}
LONG_FORMS = sorted(form for form in FORMS if len(form) > 11)
LONGEST_FORM = max(len(form.split()) for form in FORMS)
LONGEST_NAME = 400
"""Characters that a name may have: each word of it is compared with every other."""
ROMAN = re.compile(r"^(?=[ivx])x{0,3}(ix|iv|v?i{0,3})$")
TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Said:
    """A name taken apart: its words but those that only join, all in a row, its first letters."""

    words: tuple[str, ...]
    row: str = ""
    initials: frozenset[str] = field(default_factory=frozenset)


@lru_cache(maxsize=65536)
def taken_apart(name: str) -> Said:
    """Return a name taken apart, in Latin letters, each word written in one way."""
    text = latin(name[:LONGEST_NAME])
    text = re.sub(r"(?<=\w)['’‘`ʼ](?=\w)", "", text)
    text = re.sub(r"[&+]", " and ", text).replace("%", " percent")
    # J.P. Morgan, S.A.R.L., L.X.C: letters with points are one word.
    text = re.sub(
        r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?", lambda m: m[0].replace(".", "") + " ", text
    )
    text = re.sub(r"\b([^\W\d_])/([^\W\d_])\b", r"\1\2", text)
    tokens = TOKEN.findall(text)
    tokens = _joined_letters(tokens)
    tokens = _with_phrases(tokens)
    bare = _without_forms(tokens)
    initials = _initials(tokens, bare)
    # An acronym beside the name that it is made of says nothing new.
    bare = [word for word in bare if not _shortens(word, bare)] or bare
    words = [_in_one_way(word) for word in bare if word not in JOINING] or bare
    return Said(tuple(_added_up(words)), "".join(bare), initials)


def _joined_letters(tokens: list[str]) -> list[str]:
    """Join letters that stand alone, one after the other: "a c" is "ac"."""
    out: list[str] = []
    run = ""
    for token in [*tokens, ""]:
        if len(token) == 1 and token.isalpha() and token not in ("y", "e"):
            run += token
            continue
        out += [word for word in (run, token) if word]
        run = ""
    return out


def _with_phrases(tokens: list[str]) -> list[str]:
    """Make one word of several that are one: "united states" is "usa"."""
    text = f" {' '.join(tokens)} "
    for phrase, one in PHRASES.items():
        text = text.replace(f" {phrase} ", f" {one} ")
    return text.split()


def _without_forms(tokens: list[str]) -> list[str]:
    """Return the words without the legal forms at the end and the beginning."""
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
        while len(rest) > 1 and rest[-1] in JOINING:
            rest.pop()
    return rest


@lru_cache(maxsize=65536)
def _misspelled_form(written: str) -> bool:
    """Whether this is a long legal form with a typing error or two in it."""
    return len(written) > 11 and any(
        abs(len(form) - len(written)) < 3 and steps(form, written) < 3
        for form in LONG_FORMS
        if form[:2] == written[:2]
    )


def _is_form(words: list[str]) -> bool:
    """Whether these words are a legal form."""
    written = " ".join(words)
    return written in FORMS or _misspelled_form(written)


def _in_one_way(word: str) -> str:
    """Return a word as it is always written here: numbers in digits, nothing shortened."""
    word = WRITTEN_OUT.get(word, word)
    return str(NUMBERS.get(word, word))


def _added_up(words: list[str]) -> list[str]:
    """Add tens and units that were written apart: "forty four" is 44."""
    out: list[str] = []
    for word in words:
        if out and word in UNITS_TO_ADD and out[-1] in _TENS:
            out[-1] = str(int(out[-1]) + int(word))
        else:
            out.append(word)
    return out


UNITS_TO_ADD = set("123456789")


def _shortens(word: str, words: list[str]) -> bool:
    """Whether a word is the first letters of the others."""
    others = [one for one in words if one != word]
    return len(word) > 2 and len(others) > 1 and word in _initials(others, others)


_TENS = {str(ten) for ten in range(20, 100, 10)}


def _initials(tokens: list[str], bare: list[str]) -> frozenset[str]:
    """Return the acronyms that these words could have, with and without those that join."""
    made = {
        "".join(word[0] for word in words)
        for words in (tokens, bare, [w for w in bare if w not in JOINING])
        if len(words) > 1
    }
    return frozenset(one for one in made if len(one) > 1)


def weight(word: str) -> float:
    """Return how much a word tells about which body it is."""
    if word.isdecimal() or ROMAN.match(word):
        return 0.5
    if word in COMMON:
        return 0.4
    if len(word) < 3:
        return 0.6
    return 1.0


@lru_cache(maxsize=65536)
def steps(one: str, other: str) -> int:
    """Return how many letters must be changed, added, left out or swapped (Damerau-Levenshtein)."""
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


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are, from 0 to 1, by the letters in which they differ."""
    longest = max(len(one), len(other))
    return 1 - steps(one, other) / longest if longest else 0.0


class Alike(NamedTuple):
    """How alike two names are, from 0 to 1; in which way; and the words on which they part."""

    score: float
    way: str
    only_one: tuple[str, ...] = ()
    only_other: tuple[str, ...] = ()
    parted: str = ""


NEAR = 0.7
"""How alike two words have to be to be the same with a typing error in it."""
PARTED = 0.6
"""What is left of the likeness of two names that a number, a direction or a state sets apart."""
INITIALS = 0.85
"""How alike a name and its first letters are: bodies share their acronyms with others."""
SOUND = 0.95
"""How alike two names in two scripts are that sound the same."""


@lru_cache(maxsize=65536)
def alike(one: str, other: str) -> Alike:
    """Return how alike two names are, and why.

    What stands in brackets or after a dash is a name of its own, if the other name is no more than
    that: "EURAMET – European Association of Metrology" is called EURAMET, too.
    """
    whole = _alike(one, other)
    if whole.score < PART:
        for short, long in ((one, other), (other, one)):
            if any(taken_apart(part).words == taken_apart(short).words for part in parts(long)):
                return Alike(PART, "part")
    return whole


def _alike(one: str, other: str) -> Alike:
    a, b = taken_apart(one), taken_apart(other)
    if not a.words or not b.words:
        return Alike(0.0, "different")
    if a.words == b.words or a.row == b.row:
        return Alike(1.0, "same")
    for short, long in ((a, b), (b, a)):
        if len(short.words) == 1 and len(short.row) > 2 and short.row in long.initials:
            return Alike(INITIALS, "initials")
    found = _paired(a, b)
    score, way = found.score, "words"
    if not found.only_one and not found.only_other:
        way = "letters" if found.near else "order"
    if _script(one) != _script(other):
        heard = [bones("".join(name.words)) for name in (a, b)]
        sound = SOUND * likeness(*heard) if min(map(len, heard)) > 3 else 0.0
        score, way = max(score, sound), "sound"
    parted = _parted(a, b, [*found.near, *product(found.only_one, found.only_other)])
    if parted:
        score *= PARTED
    return Alike(score, way, found.only_one, found.only_other, parted)


@lru_cache(maxsize=65536)
def parts(name: str) -> tuple[str, ...]:
    """Return the names that a name is made of: outside and inside of brackets, around a dash.

    A part that says where, or that has no rare word, is no name.
    """
    found = re.search(r"(?<=.)\(([^()]+)\)", name)
    if found:
        some = [f"{name[: found.start()].rstrip()} {name[found.end() :]}", found[1]]
    else:
        some = [part.strip() for part in re.split(r"(?<=\s)[-–—|](?=\s)", name)]
    if len(some) < 2:
        return ()
    words = [taken_apart(part).words for part in some]
    if any(word in STATES or word in DIRECTIONS for each in words for word in each[:1]):
        return ()
    return tuple(
        part
        for part, each in zip(some, words, strict=True)
        if max(map(weight, each), default=0) == 1
    )


class Pairing(NamedTuple):
    """How alike two names are by their words, the pairs that differ in letters, and the rest."""

    score: float
    near: list[tuple[str, str]]
    only_one: tuple[str, ...]
    only_other: tuple[str, ...]


def _paired(one: Said, other: Said) -> Pairing:
    """Pair the words of two names in whatever order: the same first, then the likest."""
    left, right = list(one.words), list(other.words)
    told = lost = 0.0
    for word in one.words:
        if word in right:
            told += weight(word)
            left.remove(word)
            right.remove(word)
    near = []
    for a, b, like in _likest(left, right):
        tells = max(weight(a), weight(b))
        told += sqrt(like) * tells
        lost += (1 - sqrt(like)) * tells
        near.append((a, b))
        left.remove(a)
        right.remove(b)
    left, right, joined = _rejoined(left, right, one, other)
    told += joined
    for some, others in ((left, right), (right, left)):
        for word in some:
            spared = 1 if others or word not in COMMON else ADDED
            lost += LEFT_OVER * spared * weight(word)
    return Pairing(told / (told + lost), near, tuple(left), tuple(right))


def _likest(left: list[str], right: list[str]) -> Iterator[tuple[str, str, float]]:
    """Give the pairs of words that are the same with a typing error, the likest first."""
    every = sorted(
        (-likeness(a, b), i, j)
        for i, a in enumerate(left)
        for j, b in enumerate(right)
        if _could_be_near(a, b)
    )
    taken: dict[int, int] = {}
    words = list(left), list(right)
    for unlike, i, j in every:
        if -unlike >= NEAR and i not in taken and j not in taken.values():
            taken[i] = j
            yield words[0][i], words[1][j], -unlike


@lru_cache(maxsize=65536)
def _could_be_near(one: str, other: str) -> bool:
    """Whether two words share letters enough to be near; counting them is less work."""
    if one.isdecimal() or other.isdecimal():
        return False
    shared = sum(min(one.count(letter), other.count(letter)) for letter in set(one))
    return shared >= NEAR * max(len(one), len(other))


def _rejoined(
    left: list[str], right: list[str], one: Said, other: Said
) -> tuple[list[str], list[str], float]:
    """Pair what is left over if it was joined, split, or shortened to its first letters.

    Returns what is still left over, and how much the paired words tell.
    """
    if not left or not right:
        return left, right, 0.0
    row, other_row = "".join(left), "".join(right)
    like = likeness(row, other_row) if _could_be_near(row, other_row) else 0.0
    if like < WHOLE and likeness(one.row, other.row) == 1:
        like = 1.0
    if like >= WHOLE:
        return [], [], sqrt(like) * max(sum(map(weight, left)), sum(map(weight, right)))
    for some, others in ((left, right), (right, left)):
        for word in some:
            if len(word) > 2 and len(others) > 1 and word in _initials(others, others):
                rest = [one for one in some if one != word]
                return (rest, [], 1.0) if some is left else ([], rest, 1.0)
    return left, right, 0.0


LEFT_OVER = 0.8
"""How much a word that one name has and the other has not counts against words they share."""
ADDED = 0.5
"""How much of that is left of a common word, where the other name has nothing in its place."""
WHOLE = 0.8
"""How alike words that are left over have to be, in a row, to be the same joined or split."""
PART = 0.9
"""How alike a name and a part of a longer one are."""


def _parted(one: Said, other: Said, pairs: Iterable[tuple[str, str]]) -> str:
    """Return what sets two names apart: a number that counts, a direction, a state; or nothing."""
    numbers = [
        {after for word, after in pairwise(name.words) if word in COUNTED and after[:1].isdigit()}
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
    """Return the script of the first letter of a name."""
    letter = next((one for one in name if one.isalpha()), "a")
    return unicodedata.name(letter, "LATIN").partition(" ")[0]
