"""Names that are easily confused: letters of two scripts in one word, look-alike letters."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.translation import gettext

from orgs.projection.entry import Entry
from orgs.records.characters import INVISIBLE
from orgs.records.kinds import ACTOR_KINDS

from .scripts import LOOK_ALIKES, skeleton

MIXABLE = {"LATIN", "CYRILLIC", "GREEK"}
"""Scripts with letters that look like each other's."""
MOST = 200
"""Names of a proposal that are looked up."""


def mixed_script_words(name: str) -> list[str]:
    """Words of a name with letters of two scripts that look alike."""
    mixed = []
    for word in re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", name)):
        scripts = {unicodedata.name(char, "").partition(" ")[0] for char in word}
        if len(scripts & MIXABLE) > 1:
            mixed.append(word)
    return mixed


def skeleton_of_name(name: str) -> str:
    return " ".join(skeleton(INVISIBLE.sub("", name)).split())


def look_alike_warnings(names: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each new name that could be confused with another."""
    given = list(dict.fromkeys(names))[:MOST]
    doubtful = {
        name: skeleton_of_name(name)
        for name in given
        if unicodedata.normalize("NFKD", name).translate(LOOK_ALIKES)
        != unicodedata.normalize("NFKD", name)
        or INVISIBLE.search(name)
    }
    for name in given:
        for word in mixed_script_words(name):
            message = gettext(
                "“%(word)s” in the name “%(name)s” mixes letters of different scripts."
            )
            yield message % {"word": word, "name": name}
    looks = {look for look in doubtful.values() if look}
    if not looks:
        return
    condition = reduce(or_, (Q(names__contains=look) for look in looks))
    entries = Entry.objects.published().of_kinds(*ACTOR_KINDS).filter(condition).order_by("id")
    for entry in entries[:MOST]:
        texts = [item["text"] for item in json.loads(entry.document)["names"] if item["holds"]]
        for name, look in doubtful.items():
            twin = next(
                (text for text in texts if skeleton_of_name(text) == look and text != name), None
            )
            if twin is not None:
                message = gettext(
                    "The name “%(name)s” looks like “%(twin)s”, a name of %(entry)s, with other "
                    "characters."
                )
                yield message % {"name": name, "twin": twin, "entry": entry.label}
