"""manage.py translations: gathers what the interface says, and compiles its translations.

Takes no program of the system: Babel, a development dependency, reads Python and writes catalogues;
Django itself turns its templates into what Babel reads. The head of a catalogue, with the glossary
of its translators, is kept as it is. No line numbers and no dates are written, so that a catalogue
changes only when a sentence does.
"""

import gettext
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override
from django.utils.translation.template import templatize

from mcs.apps import named_by_code

DOMAIN = "django"
ROOT = Path(settings.BASE_DIR)
LOCALE = Path(settings.LOCALE_PATHS[0])
PROGRAM = ("mcs", "orgs", "campaigns")
"""The folders whose Python is read; templates are read in `templates`."""
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
"""How the program marks a sentence for translation."""
WIDTH = 100


class Message(NamedTuple):
    """Something that the interface says: singular, plural ("" if there is none), and context."""

    one: str
    many: str = ""
    context: str = ""


def extracted() -> set[Message]:
    """Return everything that Python and templates mark, and what Django names after the code."""
    with override(None):
        found = {Message(str(getattr(owner, name))) for owner, name in named_by_code()}
    for source in sources():
        written = source.read_text(encoding="utf-8")
        if source.suffix != ".py":
            # Babel reads it as Python, to which the space at the beginning of a line would matter.
            lines = templatize(written, origin=str(source)).splitlines()
            written = "\n".join(line.strip() for line in lines)
        found |= set(messages_of(written))
    return found


def sources() -> list[Path]:
    """Return the files that may say something to a person who reads pages."""
    python = [path for folder in PROGRAM for path in (ROOT / folder).rglob("*.py")]
    return [
        *(path for path in python if "migrations" not in path.parts),
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "templates").rglob("*.txt"),  # what is sent
    ]


def messages_of(python: str) -> Iterator[Message]:
    """Give what one file of Python marks."""
    from babel.messages.extract import extract  # a development dependency

    source: Any = BytesIO(python.encode())
    for _, marked, _, context in extract("python", source, KEYWORDS):
        one, many = marked if isinstance(marked, tuple) else (marked, "")
        yield Message(one, many, context or "")


# Catalogues -------------------------------------------------------------------------------------


def path_of(language: str) -> Path:
    """Return the catalogue of a language that translators edit; its .mo stands beside it."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Any:
    """Return the catalogue of a language as Babel has it."""
    from babel.messages.pofile import read_po  # a development dependency

    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def written_in(catalogue: Any) -> dict[Message, tuple[str, ...]]:
    """Return what a catalogue says of each message: one text, or one for each plural form."""
    said = {}
    for message in catalogue:
        if not message.id:
            continue
        one, many = message.id if isinstance(message.id, tuple) else (message.id, "")
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        said[Message(one, many, message.context or "")] = texts
    return said


def renewed(language: str) -> str:
    """Return the catalogue of a language with all that is said now and nothing else, in order.

    What it says already is kept; what is new is empty and falls back to English until it is said.
    """
    from babel.messages.catalog import Catalog  # a development dependency
    from babel.messages.pofile import write_po

    before = path_of(language).read_text(encoding="utf-8")
    catalogue = read(language)
    said = written_in(catalogue)
    now = Catalog(locale=language)
    forms = catalogue.num_plurals
    for message in sorted(extracted()):
        empty = ("",) * (forms if message.many else 1)
        texts = said.get(message, empty)
        now.add(
            (message.one, message.many) if message.many else message.one,
            texts if message.many else texts[0],
            context=message.context or None,
        )
    body: Any = BytesIO()
    write_po(body, now, width=WIDTH, omit_header=True)
    return head_of(before) + "\n" + body.getvalue().decode().strip("\n") + "\n"


def head_of(written: str) -> str:
    """Return the beginning of a catalogue: its glossary, its language, its plural forms."""
    head = re.match(r'(?:#.*\n|\n)*msgid ""\nmsgstr ""\n(?:".*"\n)+', written)
    if head is None:
        raise CommandError('A catalogue begins with a message "" that says its plural forms.')
    return head[0]


def compiled(language: str) -> bytes:
    """Return the catalogue of a language as programs read it."""
    from babel.messages.mofile import write_mo  # a development dependency

    file: Any = BytesIO()
    write_mo(file, read(language))
    return file.getvalue()


def spoken(compiled_catalogue: bytes) -> dict:
    """Return what a compiled catalogue says, without what it says about itself."""
    said = gettext.GNUTranslations(BytesIO(compiled_catalogue))._catalog  # type: ignore[attr-defined]
    return {message: text for message, text in said.items() if message != ""}


class Command(BaseCommand):
    """Brings the catalogues of translations up to date, and compiles them."""

    help = "Gathers what the interface says into the .po files, and compiles them into .mo files."
    requires_system_checks = ()

    def add_arguments(self, parser: Any) -> None:
        """Take whether to write at all."""
        parser.add_argument(
            "--check", action="store_true", help="write nothing; exit 1 if something would change"
        )

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        """Write the catalogues anew. Raises CommandError without Babel."""
        try:
            import babel  # noqa: F401 - a development dependency
        except ImportError as error:
            raise CommandError(
                "Babel is missing: run `make install-dev`, then .venv/bin/python manage.py "
                "translations."
            ) from error
        stale = []
        for language in languages():
            path = path_of(language)
            if path.read_text(encoding="utf-8") != (po := renewed(language)):
                stale.append(path)
                if not check:
                    path.write_text(po, encoding="utf-8")
            binary = path.with_suffix(".mo")
            before = binary.read_bytes() if binary.exists() else None
            if before is None or spoken(before) != spoken(compiled(language)):
                stale.append(binary)
                if not check:
                    binary.write_bytes(compiled(language))
            self.stdout.write(summary(language))
        if check and stale:
            names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
            raise CommandError(f"Not up to date: {names}. Run: make translations")


def languages() -> list[str]:
    """Return the languages that the interface is translated into."""
    return [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def summary(language: str) -> str:
    """Return how much of the interface a language has."""
    said = written_in(read(language))
    done = sum(all(texts) for texts in said.values())
    return f"{language}: {done} of {len(said)} sentences translated"
