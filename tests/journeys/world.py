"""What the paper's catalogue lacks and pages must bear: long names, many scripts, an end, a queue.

Everything is written through the one door. It is called before there is a browser: Playwright
keeps an event loop in its thread, and there Django refuses to ask the database.
"""

import csv
import io
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.db.models import TextField
from django.db.models.functions import Cast, Length
from django.utils import timezone

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.changes.merger import merge
from orgs.claims.claim import Claim
from orgs.claims.confirmation import Confirmation
from orgs.claims.contact_form import set_open
from orgs.claims.freshness import LINK_VALIDITY
from orgs.imports.upload import Upload
from orgs.jobs.job import Job
from orgs.profiles.own_source import own_source
from orgs.projection.entry import Entry
from orgs.records.kinds import Kind
from orgs.records.record import Level, Record
from orgs.records.source import Source
from orgs.records.term import Term
from orgs.review.correction import Correction
from orgs.review.import_decision import ImportDecision
from orgs.security import digest
from tests.support.accounts import with_app

EDITOR = "editor@example.org"
REPRESENTATIVE = "berta@example.org"
PASSWORD = "long enough password"
REPRESENTED = ("long-name", "to-be-described", "migrant-forum-in-asia")
"""Organizations of these two representatives: of the second nothing but its name is recorded."""

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

TEN = "ten-by-keyboard"
"""The import of ten pending proposals."""
DECIDED = "accepted-at-once"
"""An import that an editor has accepted: the worker of the site carries that out."""
TO_BE_RENAMED = "to-be-renamed"
NAMED_WITHOUT_SCRIPTS = "named-without-scripts"
WITHDRAWN = "withdrawn-association"
WITHHELD = "name-withheld-association"
MERGED = "merged-association"
DOUBLE = "long-name-again"
NETWORK = "network-of-forty"
MEMBERS = 40
SECRETS = ("looked-at-".ljust(43, "0"), "clicked-on-".ljust(43, "0"))
"""Secrets of two confirmation links of the entry with the long name is still right."""


def add_to_the_paper() -> dict[str, object]:
    """Add to the paper's catalogue, committed for real, and return the numbers that addresses need.

    `record` is the one with the long name, `double` one that is likely the same; `waiting` and
    `accepted` are proposals; what is no number is a key.
    """
    source = Source.objects.get(key="fox-gois-2010")
    network = Record.objects.get(slug="migrant-forum-in-asia")
    changeset = Changeset(reason="Names that pages must bear.")
    long_one = None
    for slug, (text, language, script) in NAMES.items():
        record = changeset.record("organization", slug)
        changeset.add("name", record, text=text, language=language, script=script, preferred=True,
                   source=source)  # fmt: skip
        changeset.add("arena_placement", record, arena="membership", source=source)
        changeset.add("text", record, body=f"{text}. {text}.", language=language,
                   text_kind="own_words", voice="own", source=source)  # fmt: skip
        changeset.add("membership", record, partnership=network, source=source)
        long_one = long_one or record
    for slug in (TO_BE_RENAMED, REPRESENTED[1], NAMED_WITHOUT_SCRIPTS, WITHDRAWN, WITHHELD, MERGED):
        record = changeset.record("organization", slug)
        changeset.add("name", record, text=slug.replace("-", " ").capitalize(), language="en",
                   preferred=True, source=source)  # fmt: skip
    double = changeset.record("organization", DOUBLE)
    changeset.add("name", double, text=LONG.replace("Coordinadora", "Cordinadora"), language="es",
               preferred=True, source=source)  # fmt: skip
    changeset.propose().accept()
    assert long_one is not None
    rate("mx", source)

    show_less(
        WITHDRAWN,
        level=Level.WITHDRAWN,
        withdrawn_on=date(2026, 11, 23),
        withdrawn_reason="safety",
    )
    show_less(WITHHELD, level=Level.NAME_WITHHELD)
    merged = merge(Record.objects.get(slug=MERGED), Record.objects.get(slug="khmer-name"))
    merged.propose().accept()

    editor = Account.objects.create_superuser(EDITOR, PASSWORD, display_name="Ana")
    with_app(editor)
    berta = Account.objects.create_user(REPRESENTATIVE, PASSWORD, display_name="Berta")
    EmailAddress.objects.create(user=berta, email=REPRESENTATIVE, verified=True, primary=True)
    for slug in REPRESENTED:
        for account in (editor, berta):
            Representative.objects.create(
                account=account, record=Record.objects.get(slug=slug), trusted=True
            )
    own = Changeset(reason="It says so itself.", author=editor, on_behalf=network)
    for language, text in (("en", "We are a network."), ("ar", "نحن شبكة.")):
        own.add("text", network, body=text, language=language, text_kind="own_words", voice="own",
                source=own_source(own, network))  # fmt: skip
    own.add("existence", network, event="ended", holds=False, voice="own",
            source=own_source(own, network))  # fmt: skip
    own.propose().accept()
    add_network_and_contact_form(editor, long_one.pk, source)
    proposed = Changeset(reason="It has an acronym, too.", author=editor)
    proposed.add("name", long_one.pk, text="CIAFCA", name_kind="acronym", source=source)
    proposed.propose()
    ana = Account.objects.create_user("ana@example.org", display_name="La Golondrina")
    claim = Claim.objects.create(
        account=ana,
        record=Record.objects.get(slug="fiob"),
        method="note",
        state="pending",
        note="Our page names me: https://fiob.example/contact",
    )
    for number in range(10):
        proposal = Changeset(reason=f"Proposal {number}.", label=TEN, author=editor)
        proposal.add("name", long_one.pk, text=f"{TEN} {number}", name_kind="variant",
                     source=source)  # fmt: skip
        proposal.propose()
    decided = Changeset(reason="Its members of 2026.", label=DECIDED, author=editor)
    decided.add("name", long_one.pk, text=DECIDED, name_kind="variant", source=source)
    ImportDecision.decide(editor, DECIDED, decided.propose().pk, ImportDecision.Verdict.ACCEPT)
    correction = Correction.objects.create(
        record=Record.objects.get(pk=long_one.pk),
        wrong="It has no acronym.",
        right="CIAFCA",
        how="https://example.org/",
        urgent=True,
    )
    return {
        "claim": claim.pk,
        "record": long_one.pk,
        "double": double.pk,
        "correction": correction.pk,
        "waiting": proposed.pk,
        "secret": SECRETS[0],
        "accepted": changeset.pk,
        "withdrawn": str(Record.objects.get(slug=WITHDRAWN).key),
        "account": editor.pk,
        "source": source.pk,
        "term": Term.objects.earliest("id").pk,
        "upload": upload(editor, source, SHEET, {one: one for one in SHEET[0]}),
        "foreign": upload(editor, source, FOREIGN),
        "working": upload_in_progress(editor, source),
        "given_up": upload_in_progress(editor, source, task="propose", failed="tried"),
    }


SHEET = (
    ("name (official, en)", "link (website)", "place (seat)", "text (summary, en)"),
    ("Union of Those Who Sew by Night", "https://sewers.example/", "Mexico", "They sew. " * 12),
    ("Migrant Forum in Asia", "https://mfa.example/a/rather/long/address/of/a/page", "", ""),
    ("Khmer association", "see below", "Atlantis", ""),
    (LONG, "", "", ""),
)
FOREIGN = (("Agency", "Phone", "Phone", ""), ("Sol", "(202) 331-3320", "", "food, clothes"))
"""Uploads: one that is previewed, and one whose columns need a mapping."""


def upload(
    account: Account, source: Source, rows: tuple, columns: dict[str, str] | None = None
) -> str:
    """Upload a table; return its key."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    made = Upload.store(
        account=account,
        name="members of 2026.csv",
        content=text.getvalue().encode(),
        source=source,
        reason="Our members told us.",
        columns=columns,
    )
    return str(made.key)


def upload_in_progress(
    account: Account, source: Source, task: str = "compare", failed: str = ""
) -> str:
    """Upload a long table with a job that has begun; return its key."""
    key = upload(account, source, SHEET, {heading: heading for heading in SHEET[0]})
    upload_row = Upload.objects.get(key=key)
    Upload.objects.filter(key=key).update(rows=8_400)
    # No worker takes what is queued for in a hundred years: so it stays as it is.
    queued = timezone.now() + timedelta(days=36_500)
    Job.objects.create(
        upload=upload_row, task=task, failed=failed, queued=queued, step=2, done=3_150
    )
    return key


def add_network_and_contact_form(editor: Account, record: int, source: Source) -> None:
    """Let the editor represent an organization with a contact form, and a network of forty."""
    changeset = Changeset(reason="A network of forty.")
    network = changeset.record("partnership", NETWORK)
    changeset.add("name", network, text="Network of forty", language="en", preferred=True,
               source=source)  # fmt: skip
    members = Record.objects.filter(kind=Kind.ORGANIZATION, level=Level.LISTED, successor=None)
    for member in members.order_by("id")[:MEMBERS]:
        changeset.add("membership", member, partnership=network, source=source)
    changeset.propose().accept()
    organization = Record.objects.get(pk=record)
    ours, _ = Representative.objects.get_or_create(account=editor, record=organization)
    Representative.objects.create(account=editor, record_id=network.pk, trusted=True)
    set_open(ours, Entry.objects.get(pk=record), opened=True)
    for secret in SECRETS:
        Confirmation.objects.create(
            representative=ours,
            secret=digest("confirmation", secret).hex(),
            until=timezone.now() + LINK_VALIDITY,
        )


def rate(slug: str, source: Source) -> None:
    """Rate a place in four dimensions in each of fifty years, as files of others do."""
    place = Record.objects.get(slug=slug)
    changeset = Changeset(reason="Fifty years of ratings.")
    for code in ("political_rights", "civil_rights", "regime", "access_to_information"):
        dimension = Term.objects.get(scheme="dimension", code=code)
        for year in range(1974, 2024):
            changeset.add("context", place, dimension=dimension, value=str(year // 3 % 7 + 1),
                       edtf=str(year), locator=f"Mexico, {year}", source=source)  # fmt: skip
    changeset.propose().accept()


def longest_pages(how_many: int = 30) -> list[str]:
    """The addresses of the entries whose documents are longest, the longest first."""
    entries = (
        Entry.objects.published()
        .of_kinds(*Kind.values, "source")
        .annotate(length=Length(Cast("document", TextField())))
        .order_by("-length")[:how_many]
    )
    return [entry.get_absolute_url() for entry in entries]


def show_less(slug: str, **fields: object) -> None:
    """Show readers less of a record."""
    changeset = Changeset(reason="Readers shall see less of it.")
    changeset.change_record(Record.objects.get(slug=slug), **fields)
    changeset.propose().accept()
