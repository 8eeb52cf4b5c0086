"""Names that are easily taken for another's: letters of two scripts in one word, look-alikes."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.translation import gettext

from orgs.projection.entry import Entry
from orgs.records.characters import UNSEEN
from orgs.records.record import ACTORS

from .scripts import LOOK_ALIKES, skeleton

MIXABLE = {"LATIN", "CYRILLIC", "GREEK"}
"""Scripts whose letters look like those of each other."""
MOST = 200
"""How many names of a proposal are looked up."""


def mixed_words(name: str) -> list[str]:
    """The words of a name that have letters of two scripts which look alike."""
    found = []
    for word in re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", name)):
        scripts = {unicodedata.name(one, "").partition(" ")[0] for one in word}
        if len(scripts & MIXABLE) > 1:
            found.append(word)
    return found


def glance(name: str) -> str:
    """What a name looks like at a glance."""
    return " ".join(skeleton(UNSEEN.sub("", name)).split())


def warnings_about(names: Iterable[str]) -> Iterator[str]:
    """Give a sentence for each of these new names that could be taken for another's."""
    given = list(dict.fromkeys(names))[:MOST]
    doubtful = {
        name: glance(name)
        for name in given
        if unicodedata.normalize("NFKD", name).translate(LOOK_ALIKES)
        != unicodedata.normalize("NFKD", name)
        or UNSEEN.search(name)
    }
    for name in given:
        for word in mixed_words(name):
            told = gettext("“%(word)s” in the name “%(name)s” mixes letters of different scripts.")
            yield told % {"word": word, "name": name}
    looks = {look for look in doubtful.values() if look}
    if not looks:
        return
    alike = reduce(or_, (Q(names__contains=look) for look in looks))
    entries = Entry.objects.published().of_kinds(*ACTORS).filter(alike).order_by("id")
    for entry in entries[:MOST]:
        shown = [item["text"] for item in json.loads(entry.document)["names"] if item["holds"]]
        for name, look in doubtful.items():
            twin = next((text for text in shown if glance(text) == look and text != name), None)
            if twin is not None:
                told = gettext(
                    "The name “%(name)s” looks like “%(twin)s”, a name of %(entry)s, with other "
                    "characters."
                )
                yield told % {"name": name, "twin": twin, "entry": entry.label}
