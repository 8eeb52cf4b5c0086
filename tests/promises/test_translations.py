"""Every sentence of the interface is translated: nothing English is left on a Spanish page."""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import django
import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from django import forms
from django.conf import settings
from django.contrib.admin import site
from django.contrib.auth.models import Group
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from mcs.management.commands import translations
from orgs.access.account import Account
from orgs.projection.entry import Entry
from orgs.records.arena import Arena
from tests.support.accounts import force_sign_in
from tests.support.addresses import addresses
from tests.support.pages import Element, Page

LANGUAGES = translations.languages()
COMPLETE = ["es", "ar"]
"""The languages that lack nothing. The others fall back to English, sentence by sentence."""
PLACES = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
ELEMENTS = re.compile(r"</?\w+[^>]*>")


# The catalogues ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_has_every_message_and_nothing_else(language):
    assert translations.po_path(language).read_text() == translations.updated_po(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_catalogue_is_what_its_source_compiles_to(language):
    stored = translations.po_path(language).with_suffix(".mo").read_bytes()

    assert translations.mo_messages(stored) == translations.mo_messages(
        translations.compile_mo(language)
    )


@pytest.mark.parametrize("language", COMPLETE)
def test_complete_language_lacks_no_sentence_and_guesses_none(language):
    catalogue = translations.read_catalogue(language)

    messages = translations.translations_in(catalogue)
    assert [message.singular for message, texts in messages.items() if not all(texts)] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def problems(language: str) -> Iterator[tuple[str, str]]:
    """Give each translation that fills other places, or holds other elements, than its source."""
    for message, texts in translations.translations_in(
        translations.read_catalogue(language)
    ).items():
        for place, text in enumerate(texts):
            # A plural form may spell its number out: "one entry", "two entries".
            sources = {message.singular, message.plural} - {""}
            fitting = [
                source
                for source in sources
                if sorted(ELEMENTS.findall(source)) == sorted(ELEMENTS.findall(text))
                and (
                    sorted(PLACES.findall(source)) == sorted(PLACES.findall(text))
                    or (message.plural and set(PLACES.findall(text)) < set(PLACES.findall(source)))
                )
            ]
            if text and not fitting:
                yield message.singular, f"{place}: {text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_fill_the_same_places_and_hold_the_same_elements(language):
    assert list(problems(language)) == []


def every(form: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    """Give every form of ours that there is, at any depth."""
    for one in form.__subclasses__():
        if one.__module__.split(".")[0] in ("orgs", "campaigns", "mcs"):
            yield one
        yield from every(one)


def test_every_field_of_a_form_has_a_label_of_its_own():
    """Else Django makes one of the name in the code, which nobody translates."""
    unnamed = {
        (form.__name__, name)
        for form in every(forms.Form)
        for name, field in form.base_fields.items()
        if field.label is None
        and not field.widget.is_hidden
        # Forms of others get their words when they are made.
        and not {**getattr(form, "common_labels", {}), **getattr(form, "labels", {})}.get(name)
    }

    assert unnamed == set()


# The pages --------------------------------------------------------------------------------------

OPEN, CLOSED = "⟦", "⟧"
SPOKEN = ("aria-label", "title", "placeholder", "alt")
"""Attributes that are read out."""
CONTENT = ("bdi", "code", "pre")
"""Elements that hold names and codes, which are the same in every language."""
SAME_EVERYWHERE = (
    settings.SITE_NAME,
    "JSON-LD",
    "JSON",
    "CSV",
    "XLSX",
    "GraphML",
    "GEXF",
    "BibTeX",
    "RIS",
)
"""Names that nobody translates."""
DJANGO = [
    Path(django.__file__).parent / folder / "locale" / "ar" / "LC_MESSAGES" / "django.mo"
    for folder in ("conf", "contrib/admin", "contrib/auth")
]


@pytest.fixture
def marked(tmp_path, settings, monkeypatch):
    """Pages below /ar/ on which every sentence of the interface, and of Django's, is in marks.

    So are the names of languages, which CLDR translates.

    Arabic, so that Spanish content too has to say on the page what language it is in.
    """
    catalogue = Catalog(locale="ar")
    for path in DJANGO:
        for message in read_mo(BytesIO(path.read_bytes())):
            if message.id:
                strings = message.string
                catalogue.add(
                    message.id,
                    tuple(map(in_marks, strings))
                    if isinstance(strings, list | tuple)
                    else in_marks(strings),
                    context=message.context.decode() if message.context else None,
                )
    for one, many, context in translations.extract_messages():
        catalogue.add(
            (one, many) if many else one,
            (in_marks(many),) * catalogue.num_plurals if many else in_marks(one),
            context=context or None,
        )
    compiled = tmp_path / "ar" / "LC_MESSAGES" / "django.mo"
    compiled.parent.mkdir(parents=True)
    with compiled.open("wb") as file:
        write_mo(file, catalogue)
    settings.LOCALE_PATHS = [tmp_path]
    names = {tag: in_marks(name) for tag, name in Locale("ar").languages.items()}
    monkeypatch.setattr(Locale, "languages", names)


def in_marks(text: str) -> str:
    """A sentence between marks."""
    return f"{OPEN}{text}{CLOSED}"


def unmarked(html: str) -> list[str]:
    """What a page says that is neither in marks nor content.

    Content names its language, or is a name or a code.
    """
    page = Page(html)
    return [*unmarked_in(page.root.one("html"), Depth()), *unmarked_attributes(page)]


class Depth:
    """How many sentences are open where one reads: one may hold elements, and others."""

    def __init__(self) -> None:
        self.open = 0

    def outside(self, text: str) -> list[str]:
        """The parts of a text that are in no sentence, and go on to its end."""
        parts = []
        for part in re.split(f"([{OPEN}{CLOSED}])", text):
            self.open += (part == OPEN) - (part == CLOSED)
            if not self.open and part != CLOSED:
                parts.append(" ".join(part.split()))
        return [part for part in parts if says_something(part)]


def says_something(text: str) -> bool:
    """Whether a text is more than numbers, marks and names that every language has."""
    for name in SAME_EVERYWHERE:
        text = text.replace(name, "")
    return bool(re.search(r"[^\W\d_]", text))


def unmarked_in(element: Element, depth: Depth) -> Iterator[str]:
    """Give what an element says outside of sentences and content, in reading order."""
    for one in element.content:
        if isinstance(one, str):
            unmarked_parts = depth.outside(one)
            if element.tag == "title":
                # The name of an entry and of the site, which its heading tells again.
                unmarked_parts = []
            yield from unmarked_parts
        elif not is_content(one):
            yield from unmarked_in(one, depth)


def is_content(element: Element) -> bool:
    """Whether an element holds words of the catalogue: it says their language, or names a thing."""
    web_address = element.tag == "a" and element.text == element.attributes.get("href")
    return "lang" in element.attributes or element.tag in CONTENT or web_address


def unmarked_attributes(page: Page) -> Iterator[str]:
    """Give the attributes that are read out and are in no sentence."""
    for element in page.root.every():
        for name in SPOKEN:
            if sentence := Depth().outside(element.attributes.get(name, "")):
                yield f"{name}: {sentence}"
        if element.tag == "input" and element.attributes.get("type") in ("submit", "button"):
            yield from Depth().outside(element.attributes.get("value", ""))


MOST = 12
"""So many entries of each kind are read."""


def pages() -> Iterator[str]:
    """Give the address of every page for readers, with some entries of each kind."""
    entries = Entry.objects.published()
    for address in addresses():
        if address.of_editors or address.of_api or address.written.startswith(("/static", "/id/")):
            continue
        of_kinds = entries.of_kinds(*address.kinds) if address.kinds else entries.none()
        slugs = [
            slug
            for kind in address.kinds
            for slug in of_kinds.filter(kind=kind).values_list("slug", flat=True)[:MOST]
        ]
        values = {
            "slug": slugs or ["membership", "space", "ngo", "media"],
            "scheme": ["identity", "predicate", "form", "sphere"],
        }
        try:
            yield from address.filled(values)
        except KeyError:
            continue


QUERIES = [
    "/organizations/?arena=ngo&country=mx&voice=source&q=a",
    "/organizations/?arena=nothing&sort=nothing&as_of=x&updated_since=y&source=nothing",
    "/organizations/?cursor=nothing",
    "/organizations/?known_at=3&q=zzzz",
    "/networks-and-coalitions/?calls_itself=network&called=coalition",
    "/gatherings/?event=held&arena=space&as_of=2010",
    "/instruments/?act=ratified",
    "/places/?place_type=country",
    "/sources/?source_kind=book",
    "/search/?q=women",
    "/search/?q=zzzzzzz",
    "/search/?q=federasion",
    "/search/?trait=identity:women",
    "/search/?mentions=mexico",
    "/organizations/migrant-forum-in-asia/?as_of=2010",
    "/organizations/migrant-forum-in-asia/?as_of=2010-10&known_at=2",
    "/organizations/migrant-forum-in-asia/?known_at=0",
    "/organizations/migrant-forum-in-asia/?known_at=99999",
    "/organizations/migrant-forum-in-asia/?as_of=x&known_at=x",
    "/sources/fox-gois-2010/?cursor=nothing",
    "/nowhere/",
    "/about/?q=%00",
    "/account/sign-in/",
]


TERM_PARTS = ("labels", "definitions")


def on_record(language: str) -> set[str]:
    """What the catalogue itself calls things in a language, and how it defines them."""
    entries = Entry.objects.published().of_kinds("term", "place")
    documents = [json.loads(text) for text in entries.values_list("document", flat=True)]
    messages = {
        *(one.get(part, {}).get(language, "") for one in documents for part in TERM_PARTS),
        *(
            name["text"]
            for one in documents
            for name in one.get("names", ())
            if name["language"] == language
        ),
    }
    return {" ".join(one.split()) for one in messages}


def test_every_page_says_in_the_language_of_its_reader_what_the_catalogue_does_not(
    paper, marked, client
):
    left: dict[str, str] = {}
    addresses_read = [*pages(), *QUERIES]
    of_the_catalogue = on_record("ar")
    for address in addresses_read:
        answer = client.get(f"/ar{address}")
        if "html" in answer.get("Content-Type", "") and answer.content:
            for sentence in {*unmarked(answer.content.decode())} - of_the_catalogue:
                left.setdefault(sentence, address)

    assert left == {}
    assert len(addresses_read) > 100


def admin_pages() -> Iterator[str]:
    """Give the address of every screen of the editors that shows nothing of the catalogue.

    Those of their own accounts, too.
    """
    for model in set(site._registry) - {Account, Arena, Group}:
        for page in ("changelist", "add"):
            yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")
    yield reverse("admin:index")
    for name in ("", "_email", "_change_password", "_reauthenticate", "_logout"):
        yield reverse(f"account{name}")
    for name in ("mfa_index", "mfa_reauthenticate", "usersessions_list"):
        yield reverse(name)


def test_screens_of_the_editors_are_in_the_language_of_their_reader(db, marked, client):
    force_sign_in(client, Account.objects.create_superuser("1@example.org", "correct horse"))
    left: dict[str, str] = {}
    for address in admin_pages():
        answer = client.get(f"/ar{address}")
        if answer.content:
            for sentence in unmarked(answer.content.decode()):
                left.setdefault(sentence, address)

    assert left == {}


@pytest.mark.parametrize("template", ["403.html", "403_csrf.html", "405.html", "500.html"])
def test_pages_of_failures_are_in_the_language_of_their_reader(marked, rf, template):
    with override("ar"):
        html = render_to_string(template, {"allowed": "GET"}, request=rf.get("/ar/"))

    assert unmarked(html) == []


@pytest.mark.parametrize("what", ["too_long", "not_sent", "away"])
def test_missing_server_is_reported_in_the_language_of_the_reader(marked, rf, what):
    with override("ar"):
        html = render_to_string("503.html", {what: True}, request=rf.get("/ar/"))

    assert unmarked(html) == []


def test_untranslated_text_would_be_seen():
    html = (
        '<html lang="es"><body title="⟦one⟧ title"><p>⟦two <b>bold</b>⟧ plain '
        '<i lang="en">content</i> <bdi>name</bdi> 12 · JSON</p></body></html>'
    )

    assert unmarked(html) == ["plain", "title: ['title']"]
