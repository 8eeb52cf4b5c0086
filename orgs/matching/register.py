"""By what the register of those who are never to be listed recognizes a name, site or identifier.

The register keeps hashes, which cannot be made again: a change of these forms, or of the words that
they leave out, makes all that was entered before unrecognizable. So forms are only ever added, and
nothing here uses lists of words that others extend.
"""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

from .bodies import bare
from .hosts import owners, whose
from .scripts import latin, skeleton
from .words import each

LEFT_OUT = each(
    """
    a an das der die ein eine el gli gl il i l la las le les lo los o os as the um uma un una une
    al
    ab ac ag asbl aps bv co corp ev gemeinnutzige ggmbh gmbh iap inc incorporated limited llc ltd
    ltda ngo npo nv ong ongd onlus plc sa sc sl spa sprl srl stichting vzw
    """
)
"""Articles, and legal forms in short. Never change this list: see above."""


def name_forms(text: str) -> list[str]:
    """Return the forms of a name, the main one first; none for a name without a letter or figure.

    Words in whatever order, without case, accents, articles and legal forms: as the name looks, and
    as it sounds; then all letters in a row, as entries made before 2026-12 have them.
    """
    forms = [_words(latin(skeleton(text))), _words(latin(text)), _in_a_row(text)]
    return [form for form in dict.fromkeys(forms) if form]


def _words(text: str) -> str:
    """Return the words of a name in Latin letters, sorted."""
    text = re.sub(r"(?<=[^\W_])['’‘`ʼ](?=[^\W_])", " ", text)
    # e.V., S.A.: letters with points are one word.
    text = re.sub(r"\b(?:[^\W\d_]\.){2,}", lambda found: found[0].replace(".", "") + " ", text)
    words = re.findall(r"[^\W_]+", text)
    return " ".join(sorted(word for word in words if word not in LEFT_OUT) or sorted(words))


def _in_a_row(text: str) -> str:
    """Return the letters and figures of a name, without accents and case."""
    parts = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in unicodedata.normalize("NFKD", parts) if char.isalnum())


def host_forms(text: str) -> list[str]:
    """Return by what the owner of a web or mail address is entered; none if it is no one's."""
    owner = whose(text)
    return [owner] if owner else []


def hosts_recognized(text: str) -> Iterator[str]:
    """Give every entry by which an address is recognized: also those made before 2026-12."""
    yield from owners(text)
    if plain := _plain_host(text):
        yield plain


def _plain_host(text: str) -> str:
    text = text.strip().casefold()
    if "@" in text:
        host = text.rpartition("@")[2]
    else:
        try:
            host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        except ValueError:
            return ""
    host = host.strip(".").removeprefix("www.")
    return host if re.fullmatch(r"[^\s/]+\.[^\s/.]+", host) else ""


def identifier_forms(text: str) -> list[str]:
    """Return the forms of an identifier, `scheme:value`, the main one first."""
    plain = text.strip().casefold()
    scheme, colon, value = plain.partition(":")
    main = f"{scheme}:{bare(value)}" if colon and bare(value) else plain
    return [form for form in dict.fromkeys((main, plain)) if form]
