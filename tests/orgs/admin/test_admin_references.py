"""Sources, citations, terms, accounts and arenas in the admin."""

import json

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.core import mail

from orgs.access.account import Account
from orgs.changes.changeset import Changeset
from orgs.changes.operations import ReferenceChange
from orgs.projection.entry import Entry
from orgs.records.source import Citation, Source, Tier
from orgs.records.term import Term
from tests.support.admin import catalogue, editor, signed_in, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def ids():
    return catalogue()


@pytest.fixture
def editor_client(ids):
    return signed_in(editor())


def source_page(ids):
    return f"/admin/orgs/source/{ids.source}/change/"


def term_page(ids):
    return f"/admin/orgs/term/{ids.women}/change/"


def cite(fields, printed):
    """Fill in a new citation in the form of a source."""
    position = int(fields["citations-TOTAL_FORMS"])
    fields["citations-TOTAL_FORMS"] = str(position + 1)
    fields |= {
        f"citations-{position}-locator": "Prop 6",
        f"citations-{position}-as_printed": printed,
        f"citations-{position}-cites": "",
        f"citations-{position}-note": "",
    }


@pytest.mark.parametrize("page", [source_page, term_page])
def test_unchanged_save_makes_no_changeset(editor_client, ids, page):
    fields = typed(editor_client.get(page(ids)))

    answer = editor_client.post(page(ids), fields)

    assert answer.status_code == 302
    assert Changeset.objects.count() == 1


def test_term_is_changed_by_a_changeset(editor_client, ids):
    fields = typed(editor_client.get(term_page(ids)))
    fields |= {
        "labels": "en: women\r\nes: mujeres",
        "source": str(ids.source),
        "reason": "Spanish.",
    }

    editor_client.post(term_page(ids), fields)

    change = Changeset.objects.get(number=2)
    term = Term.objects.get(pk=ids.women)
    assert change.reason == "Spanish."
    assert change.operations.references == [
        ReferenceChange(
            "term",
            ids.women,
            before={"labels": {"en": "women"}, "source_id": None},
            after={"labels": {"en": "women", "es": "mujeres"}, "source_id": ids.source},
        )
    ]
    assert (term.labels["es"], term.source_id) == ("mujeres", ids.source)


def test_label_without_a_language_shows_an_error_beside_its_field(editor_client, ids):
    fields = typed(editor_client.get(term_page(ids))) | {"labels": "women"}

    answer = editor_client.post(term_page(ids), fields)

    assert answer.context["adminform"].form.errors["labels"] == [
        "Begin each line with its language, as in “en: women”."
    ]


def test_term_is_added_by_a_changeset(editor_client, ids):
    fields = typed(editor_client.get("/admin/orgs/term/add/"))
    fields |= {"scheme": "identity", "code": "youth", "labels": "en: youth"}

    answer = editor_client.post("/admin/orgs/term/add/", fields)

    assert answer.status_code == 302
    assert Term.objects.get(scheme="identity", code="youth").labels == {"en": "youth"}
    assert Changeset.objects.count() == 2


def test_term_that_exists_is_refused_with_its_sentence(editor_client, ids):
    fields = typed(editor_client.get("/admin/orgs/term/add/"))
    fields |= {"scheme": "identity", "code": "women", "labels": "en: women"}

    answer = editor_client.post("/admin/orgs/term/add/", fields)

    assert "This scheme has a term of this code already." in answer.content.decode()
    assert Changeset.objects.count() == 1


def test_source_is_added_with_its_citations(editor_client, ids):
    fields = typed(editor_client.get("/admin/orgs/source/add/"))
    fields |= {"key": "levitt-2001", "short": "Levitt 2001", "title": "The Transnational Villagers"}
    fields |= {"source_kind": "book", "observed": "2001", "urls": "https://a.example\r\n"}
    cite(fields, "Smith 1998")

    editor_client.post("/admin/orgs/source/add/", fields)

    document = json.loads(Entry.objects.get(key="levitt-2001").document)
    assert Changeset.objects.count() == 2
    assert document["urls"] == ["https://a.example"]
    assert [citation["as_printed"] for citation in document["citations"]] == ["Smith 1998"]


def test_source_with_an_invalid_date_is_refused_with_its_sentence(editor_client, ids):
    fields = typed(editor_client.get(source_page(ids))) | {"observed": "lately"}

    answer = editor_client.post(source_page(ids), fields)

    assert "Write the date of observation" in answer.content.decode()


def test_tier_of_a_source_is_restricted(editor_client, ids):
    fields = typed(editor_client.get(source_page(ids))) | {"tier": "2"}

    editor_client.post(source_page(ids), fields)

    change = Changeset.objects.get(number=2)
    assert change.operations.types == {"restricts"}
    assert Source.objects.get().tier == Tier.REPRESENTATIVES


def test_citations_are_changed_and_removed(editor_client, ids):
    fields = typed(editor_client.get(source_page(ids)))
    cite(fields, "Smith 1998")
    cite(fields, "Levitt 2001")
    editor_client.post(source_page(ids), fields)
    fields = typed(editor_client.get(source_page(ids)))
    fields["citations-0-DELETE"] = "on"
    fields["citations-1-note"] = "The year is 2001."

    editor_client.post(source_page(ids), fields)

    assert [(c.as_printed, c.note) for c in Citation.objects.all()] == [
        ("Levitt 2001", "The year is 2001.")
    ]
    assert Changeset.objects.count() == 3


def test_citation_removed_meanwhile_is_refused(editor_client, ids):
    fields = typed(editor_client.get(source_page(ids)))
    cite(fields, "Smith 1998")
    editor_client.post(source_page(ids), fields)
    first = typed(editor_client.get(source_page(ids)))
    second = dict(first) | {"citations-0-note": "A comment"}
    editor_client.post(source_page(ids), first | {"citations-0-DELETE": "on"})

    answer = editor_client.post(source_page(ids), second)

    assert answer.status_code == 200
    assert "Another person removed a citation before you." in answer.content.decode()
    assert typed(answer)["citations-0-note"] == "A comment"


def test_citation_changed_meanwhile_is_refused_with_both_texts(editor_client, ids):
    fields = typed(editor_client.get(source_page(ids)))
    cite(fields, "Smith 1998")
    editor_client.post(source_page(ids), fields)
    first = typed(editor_client.get(source_page(ids)))
    second = dict(first) | {"citations-0-note": "Second comment"}
    editor_client.post(source_page(ids), first | {"citations-0-note": "First comment"})

    answer = editor_client.post(source_page(ids), second)

    html = answer.content.decode()
    assert "It now says “First comment”. You typed “Second comment”." in html
    assert [c.note for c in Citation.objects.all()] == ["First comment"]


def test_code_of_a_term_and_key_of_a_source_cannot_be_changed(editor_client, ids):
    fields = typed(editor_client.get(term_page(ids))) | {"code": "men", "scheme": "other"}
    editor_client.post(term_page(ids), fields)
    fields = typed(editor_client.get(source_page(ids))) | {"key": "another-key"}
    editor_client.post(source_page(ids), fields)

    assert str(Term.objects.get(pk=ids.women)) == "identity:women"
    assert Source.objects.get().key == "fox-gois-2010"
    assert Changeset.objects.count() == 1


def test_editor_who_may_not_accept_proposes_a_term(ids):
    editor_client = signed_in(editor("new@example.org", accepts=False))
    fields = typed(editor_client.get("/admin/orgs/term/add/"))
    fields |= {"scheme": "identity", "code": "youth", "labels": "en: youth"}

    editor_client.post("/admin/orgs/term/add/", fields)

    assert not Term.objects.filter(code="youth").exists()
    assert Changeset.objects.proposed().count() == 1


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("table", ["term", "source"])
def test_list_takes_as_many_queries_for_many_as_for_one(
    editor_client, ids, table, count, django_assert_num_queries
):
    changeset = Changeset()
    for number in range(count):
        if table == "term":
            code = {"scheme": "organ", "code": f"organ-{number}"}
            changeset.change_reference("term", **code, labels={"en": str(number)})
        else:
            key = {"key": f"source-{number}", "short": f"Source {number}", "title": "Title"}
            changeset.change_reference("source", **key, source_kind="book", observed="2010")
    changeset.propose().accept()
    path, queries = {
        "term": ("/admin/orgs/term/?scheme=organ", 8),
        "source": ("/admin/orgs/source/?source_kind=book", 7),
    }[table]
    editor_client.get(path)

    with django_assert_num_queries(queries):
        answer = editor_client.get(path)

    assert len(answer.context["cl"].result_list) == count


# Accounts


@pytest.fixture
def administrator():
    return signed_in(Account.objects.create_superuser("root@example.org", "long enough password"))


def test_account_is_made_with_a_password(administrator):
    fields = typed(administrator.get("/admin/orgs/account/add/"))
    fields |= {"email": "new@example.org", "display_name": "Ana", "usable_password": "true"}
    fields |= {"password1": "a-fine-long-secret", "password2": "a-fine-long-secret"}

    administrator.post("/admin/orgs/account/add/", fields)

    account = Account.objects.get(email="new@example.org")
    assert (account.display_name, account.check_password("a-fine-long-secret")) == ("Ana", True)


def test_administrator_makes_an_editor(administrator):
    group = Group.objects.create(name="deciders")
    account = Account.objects.create_user("ana@example.org", "long enough password")
    page = f"/admin/orgs/account/{account.pk}/change/"
    fields = typed(administrator.get(page)) | {"is_staff": "on", "groups": str(group.pk)}

    administrator.post(page, fields)

    account.refresh_from_db()
    assert (account.is_staff, [g.name for g in account.groups.all()]) == (True, ["deciders"])


def test_editor_of_accounts_cannot_grant_rights():
    helper = editor()
    helper.user_permissions.add(*Permission.objects.filter(codename__endswith="_account"))
    group = Group.objects.create(name="deciders")
    page = f"/admin/orgs/account/{helper.pk}/change/"
    editor_client = signed_in(helper)
    fields = typed(editor_client.get(page)) | {"is_superuser": "on", "groups": str(group.pk)}

    answer = editor_client.post(page, fields | {"display_name": "Ana"})

    helper.refresh_from_db()
    assert answer.status_code == 302
    assert (helper.display_name, helper.is_superuser, helper.groups.count()) == ("Ana", False, 0)


def test_only_an_administrator_changes_an_administrator():
    root = Account.objects.create_superuser("root@example.org", "long enough password")
    helper = editor()
    helper.user_permissions.add(*Permission.objects.filter(codename__endswith="_account"))
    editor_client = signed_in(helper)
    fields = {"password1": "a-fine-long-secret", "password2": "a-fine-long-secret"}

    answers = [
        editor_client.post(f"/admin/orgs/account/{root.pk}/password/", fields),
        editor_client.post(f"/admin/orgs/account/{root.pk}/change/", {"email": "x@example.org"}),
        editor_client.post(f"/admin/orgs/account/{root.pk}/delete/", {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert Account.objects.get(pk=root.pk).check_password("long enough password")


@pytest.mark.parametrize(("choice", "usable"), [("true", True), ("false", False)])
def test_administrator_sets_or_removes_a_password(administrator, choice, usable):
    account = Account.objects.create_user("ana@example.org", "long enough password")
    page = f"/admin/orgs/account/{account.pk}/password/"
    new = "quite another password" if usable else ""
    fields = typed(administrator.get(page))

    administrator.post(page, fields | {"usable_password": choice, "password1": new,
                                       "password2": new})  # fmt: skip

    account.refresh_from_db()
    assert account.has_usable_password() == usable
    assert account.check_password("quite another password") == usable


def test_editors_change_their_password_on_the_public_site():
    answer = signed_in(editor()).get("/admin/password_change/")

    assert (answer.status_code, answer.url) == (302, "/account/password/")


def test_address_changed_by_an_administrator_is_unverified_and_the_old_one_notified(
    administrator,
):
    account = Account.objects.create_superuser("ana@example.org", "long enough password")
    page = f"/admin/orgs/account/{account.pk}/change/"

    administrator.post(page, typed(administrator.get(page)) | {"email": "New@example.org"})

    addresses = EmailAddress.objects.filter(user=account)
    assert [(address.email, address.verified, address.primary) for address in addresses] == [
        ("new@example.org", False, True)
    ]
    assert [message.to for message in mail.outbox] == [["ana@example.org"]]


def test_editors_do_not_see_accounts(editor_client):
    assert editor_client.get("/admin/orgs/account/").status_code == 403


def test_log_of_django_stays_empty(editor_client, ids, administrator):
    fields = typed(editor_client.get(term_page(ids))) | {"labels": "en: all women"}
    editor_client.post(term_page(ids), fields)
    administrator.post("/admin/auth/group/add/", {"name": "deciders"})

    assert Group.objects.get().name == "deciders"
    assert LogEntry.objects.count() == 0


@pytest.mark.parametrize("count", [1, 30])
def test_list_of_accounts_takes_as_many_queries_for_many_as_for_one(
    administrator, count, django_assert_num_queries
):
    for number in range(count - 1):
        Account.objects.create(email=f"{number}@example.org")
    administrator.get("/admin/orgs/account/")

    with django_assert_num_queries(7):
        answer = administrator.get("/admin/orgs/account/")

    assert len(answer.context["cl"].result_list) == count


def test_arenas_are_read_only(editor_client):
    listed = editor_client.get("/admin/orgs/arena/").content.decode()
    page = editor_client.get("/admin/orgs/arena/ngo/change/")
    answers = [
        editor_client.post(f"/admin/orgs/arena/{p}", {"label": "x"})
        for p in ("ngo/change/", "add/")
    ]

    assert page.status_code == 200
    assert 'name="label"' not in page.content.decode()
    assert "/admin/orgs/arena/media/change/" in listed
    assert [answer.status_code for answer in answers] == [405, 403]
