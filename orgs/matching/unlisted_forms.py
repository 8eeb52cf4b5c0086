"""Normal forms of names, hosts and identifiers for the register of unlisted actors.

The register stores hashes, which cannot be computed again: a change of these forms, or of the
ignored words, makes earlier entries unrecognizable. So forms are only ever added, and this module
uses no word list that others extend.
"""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

from .comparison import normalize_identifier
from .hosts import owner_domains, owner_of
from .scripts import skeleton, transliterate
from .words import word_set

IGNORED_WORDS = word_set(
    """
    a an das der die ein eine el gli gl il i l la las le les lo los o os as the um uma un una une
    al
    ab ac ag asbl aps bv co corp ev gemeinnutzige ggmbh gmbh iap inc incorporated limited llc ltd
    ltda ngo npo nv ong ongd onlus plc sa sc sl spa sprl srl stichting vzw
    """
)
"""Articles and short legal forms. Never change this list: see above."""


def name_forms(text: str) -> list[str]:
    """Forms of a name, the main one first; none for a name without a letter or figure.

    Sorted words without case, accents, articles and legal forms, by look and by sound; then all
    letters without spaces, the form of entries made before 2026-12.
    """
    forms = [
        _sorted_words(transliterate(skeleton(text))),
        _sorted_words(transliterate(text)),
        _letters_only(text),
    ]
    return [form for form in dict.fromkeys(forms) if form]


def _sorted_words(text: str) -> str:
    """Sorted words of a name in Latin letters."""
    text = re.sub(r"(?<=[^\W_])['’‘`ʼ](?=[^\W_])", " ", text)
    # e.V., S.A.: letters with points are one word.
    text = re.sub(r"\b(?:[^\W\d_]\.){2,}", lambda match: match[0].replace(".", "") + " ", text)
    words = re.findall(r"[^\W_]+", text)
    return " ".join(sorted(word for word in words if word not in IGNORED_WORDS) or sorted(words))


def _letters_only(text: str) -> str:
    """Letters and figures of a name, without accents and case."""
    parts = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in unicodedata.normalize("NFKD", parts) if char.isalnum())


def host_forms(text: str) -> list[str]:
    """The key under which the owner of a web or mail address is entered; empty if it has no
    owner.
    """
    owner = owner_of(text)
    return [owner] if owner else []


def recognized_hosts(text: str) -> Iterator[str]:
    """Yield all keys that recognize an address, including those made before 2026-12."""
    yield from owner_domains(text)
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
    """Forms of an identifier `scheme:value`, the main one first."""
    plain = text.strip().casefold()
    scheme, colon, value = plain.partition(":")
    main = (
        f"{scheme}:{normalize_identifier(value)}"
        if colon and normalize_identifier(value)
        else plain
    )
    return [form for form in dict.fromkeys((main, plain)) if form]
