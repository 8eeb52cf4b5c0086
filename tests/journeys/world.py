"""What the paper's catalogue lacks and pages must bear: long names, many scripts, an end, a queue.

Everything is written through the one door. It is called before there is a browser: Playwright
keeps an event loop in its thread, and there Django refuses to ask the database.
"""

from datetime import date

from django.db.models import TextField
from django.db.models.functions import Cast, Length

from orgs.models import Account, Changeset, Entry, Kind, Level, Record, Source, Term
from tests.accounts import with_app

EDITOR = "editor@example.org"
PASSWORD = "long enough password"

LONG = (
    "Coordinadora Intercontinental de Asociaciones, Federaciones y Comités Autónomos de"
    " Trabajadoras del Hogar, Cuidadoras y Jornaleras Migrantes y Refugiadas y de sus Familias"
    " en los Países de Origen, de Tránsito y de Destino (Sección "
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft)"
)
"""Longer than any line, with a word that is longer than a phone is wide."""

NAMES = {
    "long-name": (LONG, "es", ""),
    "khmer-name": ("សមាគមពលករចំណាកស្រុកកម្ពុជា", "km", ""),
    "arabic-name": ("رابطة العاملات والعمال المهاجرين", "ar", ""),
    "devanagari-name": ("प्रवासी श्रमिक संघ", "hi", ""),
    "chinese-name": ("外籍家務工聯盟", "zh-Hant", ""),
}
"""Organizations by their slugs: name, language, and script where the language leaves it open."""

TO_BE_RENAMED = "to-be-renamed"
NAMED_WITHOUT_SCRIPTS = "named-without-scripts"
WITHDRAWN = "withdrawn-association"
WITHHELD = "name-withheld-association"
MERGED = "merged-association"


def add_to_the_paper() -> dict[str, object]:
    """Add to the paper's catalogue, committed for real, and return the numbers that addresses need.

    `record` is the one with the long name; `waiting` and `accepted` are letters; `withdrawn` is a
    key, since nothing else is left.
    """
    source = Source.objects.get(key="fox-gois-2010")
    network = Record.objects.get(slug="migrant-forum-in-asia")
    letter = Changeset(reason="Names that pages must bear.")
    long_one = None
    for slug, (text, language, script) in NAMES.items():
        record = letter.record("organization", slug)
        letter.add("name", record, text=text, language=language, script=script, preferred=True,
                   source=source)  # fmt: skip
        letter.add("arena_placement", record, arena="membership", source=source)
        letter.add("text", record, body=f"{text}. {text}.", language=language,
                   text_kind="own_words", voice="own", source=source)  # fmt: skip
        letter.add("membership", record, partnership=network, source=source)
        long_one = long_one or record
    for slug in (TO_BE_RENAMED, NAMED_WITHOUT_SCRIPTS, WITHDRAWN, WITHHELD, MERGED):
        record = letter.record("organization", slug)
        letter.add("name", record, text=slug.replace("-", " ").capitalize(), language="en",
                   preferred=True, source=source)  # fmt: skip
    letter.propose().accept()
    assert long_one is not None
    rate("mx", source)

    show_less(
        WITHDRAWN,
        level=Level.WITHDRAWN,
        withdrawn_on=date(2026, 11, 23),
        withdrawn_reason="safety",
    )
    show_less(WITHHELD, level=Level.NAME_WITHHELD)
    merged = Changeset.merge(Record.objects.get(slug=MERGED), Record.objects.get(slug="khmer-name"))
    merged.propose().accept()

    editor = Account.objects.create_superuser(EDITOR, PASSWORD, display_name="Ana")
    with_app(editor)
    waiting = Changeset(reason="It has an acronym, too.", author=editor)
    waiting.add("name", long_one.pk, text="CIAFCA", name_kind="acronym", source=source)
    waiting.propose()
    return {
        "record": long_one.pk,
        "waiting": waiting.pk,
        "accepted": letter.pk,
        "withdrawn": str(Record.objects.get(slug=WITHDRAWN).key),
        "account": editor.pk,
        "source": source.pk,
        "term": Term.objects.earliest("id").pk,
    }


def rate(slug: str, source: Source) -> None:
    """Rate a place in four dimensions in each of fifty years, as files of others do."""
    place = Record.objects.get(slug=slug)
    letter = Changeset(reason="Fifty years of ratings.")
    for code in ("political_rights", "civil_rights", "regime", "access_to_information"):
        dimension = Term.objects.get(scheme="dimension", code=code)
        for year in range(1974, 2024):
            letter.add("context", place, dimension=dimension, value=str(year // 3 % 7 + 1),
                       edtf=str(year), locator=f"Mexico, {year}", source=source)  # fmt: skip
    letter.propose().accept()


def longest_pages(how_many: int = 30) -> list[str]:
    """Return the addresses of the entries whose documents are longest, the longest first."""
    entries = (
        Entry.objects.published()
        .of_kinds(*Kind.values, "source")
        .annotate(length=Length(Cast("document", TextField())))
        .order_by("-length")[:how_many]
    )
    return [entry.get_absolute_url() for entry in entries]


def show_less(slug: str, **fields: object) -> None:
    """Let readers see less of a record."""
    letter = Changeset(reason="Readers shall see less of it.")
    letter.change_record(Record.objects.get(slug=slug), **fields)
    letter.propose().accept()
