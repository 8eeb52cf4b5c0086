"""manage.py translations: extract messages into the .po files, and compile these.

It does not need GNU gettext: Babel, a development dependency, reads Python and writes .po and .mo
files, and Django converts its templates to a form that Babel reads. The head of a .po file with its
glossary stays as it is. There are no line numbers and no dates, so that a file changes only when a
message does.
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

from mcs.apps import implicit_names

DOMAIN = "django"
ROOT = Path(settings.BASE_DIR)
LOCALE = Path(settings.LOCALE_PATHS[0])
PACKAGES = ("mcs", "orgs", "campaigns")
"""The folders of Python code; templates are in `templates`."""
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
"""The functions that mark a message for translation."""
WIDTH = 100


class Message(NamedTuple):
    """A message: singular, plural ("" if there is none), and context."""

    singular: str
    plural: str = ""
    context: str = ""


def extract_messages() -> set[Message]:
    """The messages of Python and templates, and names that Django derives from the code."""
    with override(None):
        messages = {Message(str(getattr(owner, name))) for owner, name in implicit_names()}
    for source in sources():
        text = source.read_text(encoding="utf-8")
        if source.suffix != ".py":
            # Babel reads the result as Python, where indentation matters.
            lines = templatize(text, origin=str(source)).splitlines()
            text = "\n".join(line.strip() for line in lines)
        messages |= set(messages_of(text))
    return messages


def sources() -> list[Path]:
    python = [path for folder in PACKAGES for path in (ROOT / folder).rglob("*.py")]
    return [
        *(path for path in python if "migrations" not in path.parts),
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "templates").rglob("*.txt"),  # of e-mails
    ]


def messages_of(python: str) -> Iterator[Message]:
    """The messages of the source of one Python file."""
    from babel.messages.extract import extract  # a development dependency

    source: Any = BytesIO(python.encode())
    for _, marked, _, context in extract("python", source, KEYWORDS):
        singular, plural = marked if isinstance(marked, tuple) else (marked, "")
        yield Message(singular, plural, context or "")


# Catalogues -------------------------------------------------------------------------------------


def po_path(language: str) -> Path:
    """The .po file of a language, which translators edit; its .mo file is in the same folder."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(language: str) -> Any:
    from babel.messages.pofile import read_po  # a development dependency

    with po_path(language).open("rb") as file:
        return read_po(file, locale=language)


def translations_in(catalogue: Any) -> dict[Message, tuple[str, ...]]:
    """The translations of each message: one text, or one for each plural form."""
    translations = {}
    for message in catalogue:
        if not message.id:
            continue
        singular, plural = message.id if isinstance(message.id, tuple) else (message.id, "")
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        translations[Message(singular, plural, message.context or "")] = texts
    return translations


def updated_po(language: str) -> str:
    """The .po file of a language with exactly the current messages, in order.

    Existing translations stay. New ones are empty, and fall back to English.
    """
    from babel.messages.catalog import Catalog  # a development dependency
    from babel.messages.pofile import write_po

    before = po_path(language).read_text(encoding="utf-8")
    catalogue = read_catalogue(language)
    translations = translations_in(catalogue)
    updated = Catalog(locale=language)
    forms = catalogue.num_plurals
    for message in sorted(extract_messages()):
        empty = ("",) * (forms if message.plural else 1)
        texts = translations.get(message, empty)
        updated.add(
            (message.singular, message.plural) if message.plural else message.singular,
            texts if message.plural else texts[0],
            context=message.context or None,
        )
    body: Any = BytesIO()
    write_po(body, updated, width=WIDTH, omit_header=True)
    return head_of(before) + "\n" + body.getvalue().decode().strip("\n") + "\n"


def head_of(po: str) -> str:
    """The beginning of a .po file: glossary, language and plural forms."""
    head = re.match(r'(?:#.*\n|\n)*msgid ""\nmsgstr ""\n(?:".*"\n)+', po)
    if head is None:
        raise CommandError('A catalogue begins with a message "" that says its plural forms.')
    return head[0]


def compile_mo(language: str) -> bytes:
    """The content of the .mo file of a language."""
    from babel.messages.mofile import write_mo  # a development dependency

    file: Any = BytesIO()
    write_mo(file, read_catalogue(language))
    return file.getvalue()


def mo_messages(mo: bytes) -> dict:
    """The messages of a .mo file, without its header."""
    catalogue = gettext.GNUTranslations(BytesIO(mo))._catalog  # type: ignore[attr-defined]
    return {message: text for message, text in catalogue.items() if message != ""}


class Command(BaseCommand):
    """Updates the .po files and compiles them."""

    help = "Gathers what the interface says into the .po files, and compiles them into .mo files."
    requires_system_checks = ()

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; exit 1 if something would change"
        )

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        """Raises CommandError without Babel, and with `--check` if a file is outdated."""
        try:
            import babel  # noqa: F401 - a development dependency
        except ImportError as error:
            raise CommandError(
                "Babel is missing: run `make install-dev`, then .venv/bin/python manage.py "
                "translations."
            ) from error
        stale = []
        for language in languages():
            path = po_path(language)
            if path.read_text(encoding="utf-8") != (po := updated_po(language)):
                stale.append(path)
                if not check:
                    path.write_text(po, encoding="utf-8")
            binary = path.with_suffix(".mo")
            before = binary.read_bytes() if binary.exists() else None
            if before is None or mo_messages(before) != mo_messages(compile_mo(language)):
                stale.append(binary)
                if not check:
                    binary.write_bytes(compile_mo(language))
            self.stdout.write(summary(language))
        if check and stale:
            names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
            raise CommandError(f"Not up to date: {names}. Run: make translations")


def languages() -> list[str]:
    """The languages that the interface is translated into."""
    return [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def summary(language: str) -> str:
    translations = translations_in(read_catalogue(language))
    done = sum(all(texts) for texts in translations.values())
    return f"{language}: {done} of {len(translations)} sentences translated"
