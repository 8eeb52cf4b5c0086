"""A small catalogue and a pair of hands for the tests of the editors' screens."""

from html.parser import HTMLParser
from types import SimpleNamespace

from django.contrib.auth.models import Permission
from django.test import Client

from orgs.access.account import Account
from orgs.changes.changeset import Changeset
from orgs.records.record import Record
from tests.support.accounts import force_sign_in


def catalogue() -> SimpleNamespace:
    """Lay down a few records with names, a source and terms. Returns them by short names."""
    changeset = Changeset(reason="What the tests start from.")
    ids = SimpleNamespace(
        source=changeset.change_reference(
            "source",
            key="fox-gois-2010",
            short="Fox and Gois 2010",
            title="Migrant Civil Society",
            source_kind="paper",
            observed="2010",
        )
    )
    for scheme, code in (
        ("sphere", "state"),
        ("identity", "women"),
        ("measure", "members"),
        ("predicate", "part_of"),
        ("dimension", "right_to_organize"),
    ):
        name = {"labels": {"en": code.replace("_", " ")}}
        setattr(ids, code, changeset.change_reference("term", scheme=scheme, code=code, **name))
    named = {
        "ph": ("place", "Philippines"),
        "manila": ("place", "Manila"),
        "mfa": ("organization", "Migrant Forum in Asia"),
        "tigra": ("organization", "TIGRA"),
        "mri": ("partnership", "Migrant Rights International"),
        "pga": ("gathering", "People's Global Action"),
        "boycott": ("campaign", "Remittance boycott"),
        "convention": ("instrument", "Migrant workers' convention"),
    }
    for slug, (kind, text) in named.items():
        record = changeset.record(kind, slug)
        setattr(ids, slug, record.pk)
        changeset.add("name", record, text=text, language="en", preferred=True, source=ids.source)
    changeset.propose().accept()
    return ids


def editor(email: str = "editor@example.org", accepts: bool = True) -> Account:
    """Make an editor, who may accept proposals or only propose them."""
    account = Account.objects.create_user(email, "long enough password", is_staff=True)
    if accepts:
        account.user_permissions.add(Permission.objects.get(codename="change_changeset"))
    return account


class Browser(Client):
    """A client that does not note which templates were rendered.

    Django's notes cost each of several threads the time of all, so for races they are left out.
    """

    def request(self, **request):
        """Answer one request."""
        return self.handler(self._base_environ(**request))  # type: ignore[attr-defined]


def signed_in(account: Account, kind: type[Client] = Client) -> Client:
    """A browser in which this account has signed in, with a second factor."""
    client = kind()
    force_sign_in(client, account)
    return client


def address(record: int, page: str = "change/") -> str:
    """The address of a record's page in the admin."""
    instance = Record.objects.get(pk=record)
    kinds = ("organization", "partnership", "place")
    app = "orgs" if instance.kind in kinds else "campaigns"
    return f"/admin/{app}/{instance.kind}/{record}/{page}"


class _Fields(HTMLParser):
    """Collects what a browser would send of the page's main form."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.area = self.select = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name = given.get("name", "")
        if tag == "input" and name and given.get("type") not in ("submit", "radio"):
            ticks = given.get("type") == "checkbox"
            if not ticks or "checked" in given:
                self.fields[name] = given.get("value", "on" if ticks else "")
        elif tag == "textarea":
            self.area, self.fields[name] = name, ""
        elif tag == "select":
            self.select = name
            self.fields.setdefault(name, "")
        elif tag == "option" and "selected" in given:
            self.fields[self.select] = given.get("value", "")

    def handle_data(self, data):
        if self.area:
            self.fields[self.area] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            # HTML ignores the first line break; browsers send two characters for each other.
            text = self.fields[self.area].removeprefix("\n")
            self.fields[self.area] = text.replace("\n", "\r\n")
            self.area = ""


def typed(response) -> dict[str, str]:
    """What a browser would send of this page if nothing were typed."""
    parser = _Fields()
    parser.feed(response.content.decode())
    fields = parser.fields
    return {name: value for name, value in fields.items() if "__prefix__" not in name}


def add_row(fields: dict[str, str], kind: str, **values: object) -> int:
    """Type a new statement into the form, as "Add another" does. Returns its position."""
    position = int(fields[f"{kind}-TOTAL_FORMS"])
    fields[f"{kind}-TOTAL_FORMS"] = str(position + 1)
    first = {"voice": "source", "confidence": "stated", "holds": "on", "tier": "0"}
    tier = {"tier": "2"} if kind == "contact" else {}
    for name, value in {**first, **tier, **values}.items():
        fields[f"{kind}-{position}-{name}"] = str(value)
    fields[f"initial-{kind}-{position}-tier"] = tier.get("tier", "0")
    return position
