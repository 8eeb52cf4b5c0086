"""The pages of records: one save is one changeset, and no input is ever lost."""

import json
import re

import pytest

from orgs.changes.changeset import Changeset
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.records.source import Tier
from orgs.statements.name import Name
from orgs.statements.statement import statement_kinds
from orgs.statements.text import Text
from tests.support.admin import add_row, address, catalogue, editor, signed_in, typed
from tests.support.sampling import sampled

pytestmark = pytest.mark.django_db


@pytest.fixture
def ids():
    return catalogue()


@pytest.fixture
def editor_client(ids):
    return signed_in(editor())


def test_unchanged_save_makes_no_changeset(editor_client, ids):
    before = Changeset.objects.count()
    fields = typed(editor_client.get(address(ids.mfa)))

    answer = editor_client.post(address(ids.mfa), fields)

    assert answer.status_code == 302
    assert Changeset.objects.count() == before


def test_edit_and_add_are_one_changeset(editor_client, ids):
    fields = typed(editor_client.get(address(ids.mfa)))
    fields["name-0-text"] = "Migrant Forum in Asia (MFA)"
    fields["reason"] = "The source prints the acronym."
    add_row(fields, "presence", place=ids.manila, role="seat", source=ids.source, locator="Prop 7")

    answer = editor_client.post(address(ids.mfa), fields)

    change = Changeset.objects.accepted().order_by("-number").first()
    document = json.loads(Entry.objects.get(pk=ids.mfa).document)
    assert answer.status_code == 302
    assert (change.number, change.reason) == (2, "The source prints the acronym.")
    assert [name["text"] for name in document["names"]] == ["Migrant Forum in Asia (MFA)"]
    assert [place["place"]["label"] for place in document["places"]] == ["Manila"]
    assert Name.objects.get(record=ids.mfa, retired=2).text == "Migrant Forum in Asia"


def test_row_marked_for_deletion_is_retired(editor_client, ids):
    fields = typed(editor_client.get(address(ids.mfa)))
    fields["name-0-DELETE"] = "on"

    editor_client.post(address(ids.mfa), fields)

    assert [name.retired_id for name in Name.objects.filter(record=ids.mfa)] == [2]


def test_tier_alone_is_restricted_in_all_earlier_changes(editor_client, ids):
    fields = typed(editor_client.get(address(ids.mfa)))
    fields["name-0-tier"] = "2"

    editor_client.post(address(ids.mfa), fields)

    name = Name.objects.get(record=ids.mfa)
    change = Changeset.objects.get(number=2)
    assert (name.tier, name.retired_id) == (Tier.REPRESENTATIVES, None)
    assert change.operations.types == {"restricts"}


def test_tier_and_text_hide_the_earlier_wording_too(editor_client, ids):
    fields = typed(editor_client.get(address(ids.mfa)))
    fields["name-0-tier"] = "2"
    fields["name-0-text"] = "A secret name"

    editor_client.post(address(ids.mfa), fields)

    names = Name.objects.filter(record=ids.mfa).order_by("id")
    assert [(name.text, name.tier) for name in names] == [
        ("Migrant Forum in Asia", Tier.REPRESENTATIVES),
        ("A secret name", Tier.REPRESENTATIVES),
    ]


def test_hiding_warns_of_earlier_versions_that_are_still_public(editor_client, ids):
    changeset = Changeset()
    changeset.replace(Name.objects.get(record=ids.mfa), text="A newer name")
    changeset.propose().accept()
    fields = typed(editor_client.get(address(ids.mfa))) | {"name-0-tier": "2", "_continue": "1"}

    answer = editor_client.post(address(ids.mfa), fields, follow=True)

    html = answer.content.decode()
    hint = f'Earlier wordings can still be read. <a href="{f"/review/records/{ids.mfa}/tiers/"}">'
    assert hint in html
    assert '<span class="cited">Fox and Gois 2010 [representatives]</span>' in html


def test_multi_line_text_left_alone_is_not_changed(editor_client, ids):
    changeset = Changeset()
    changeset.add("text", ids.mfa, text_kind="summary", body="One.\n\nTwo.", source=ids.source)
    changeset.propose().accept()
    fields = typed(editor_client.get(address(ids.mfa)))

    editor_client.post(address(ids.mfa), fields)

    assert fields["text-0-body"] == "One.\r\n\r\nTwo."
    assert [text.retired_id for text in Text.objects.all()] == [None]


def test_every_editable_column_of_every_kind_is_on_the_page(editor_client, ids):
    html = editor_client.get(address(ids.mfa)).content.decode()

    missing = [
        f"{kind}.{field.name}"
        for kind, model in statement_kinds().items()
        if "organization" in model.about_kinds
        for field in model.operation_fields()
        if f'name="{kind}-__prefix__-{field.name}"' not in html
    ]

    assert missing == []


ROWS = {
    "existence": {"event": "founded", "edtf": "1994"},
    "name": {"text": "MFA", "language": "en", "name_kind": "acronym"},
    "text": {"text_kind": "summary", "language": "en", "body": "A regional network."},
    "arena_placement": {"arena": "ngo"},
    "presence": {"place": "manila", "role": "seat"},
    "membership": {"partnership": "mri", "grade": "member"},
    "involvement": {"undertaking": "boycott", "role": "joins"},
    "coverage": {"field": "arenas", "verdict": "found"},
    "trait": {"term": "women"},
    "figure": {"measure": "members", "low": "100"},
    "relation": {"predicate": "part_of", "object": "mri"},
    "identifier": {"scheme": "xx-test", "value": "0042"},
    "link": {"url": "https://example.org/", "link_kind": "website"},
    "contact": {"contact_kind": "email", "value": "office@example.org"},
    "withheld": {"field": "contacts", "reason": "safety"},
}
"""Form values of one statement of every kind that may be about an organization."""


def test_rows_cover_every_kind_about_an_organization():
    kinds = {k for k, model in statement_kinds().items() if "organization" in model.about_kinds}

    assert set(ROWS) == kinds


def test_statements_of_every_kind_are_saved_and_shown(editor_client, ids):
    fields = typed(editor_client.get(address(ids.mfa)))
    for kind, row in ROWS.items():
        values = {name: getattr(ids, value, value) for name, value in row.items()}
        add_row(fields, kind, **values, source=ids.source, locator="Prop 7")

    answer = editor_client.post(address(ids.mfa), fields)

    shown = typed(editor_client.get(address(ids.mfa)))
    statements = {
        kind: statement_kinds()[kind].objects.get(record=ids.mfa, added=2) for kind in ROWS
    }
    last = {kind: int(shown[f"{kind}-TOTAL_FORMS"]) - 1 for kind in ROWS}
    assert answer.status_code == 302
    assert Changeset.objects.count() == 2
    assert {kind: str(statement.pk) for kind, statement in statements.items()} == {
        kind: shown[f"{kind}-{last[kind]}-id"] for kind in ROWS
    }


def test_statements_of_every_kind_are_changed_and_retired(editor_client, ids):
    changeset = Changeset()
    for kind, row in ROWS.items():
        values = {name: getattr(ids, value, value) for name, value in row.items()}
        values |= {"arena_id": values.pop("arena")} if kind == "arena_placement" else {}
        changeset.add(kind, ids.mfa, **values, source=ids.source)
    changeset.propose().accept()
    fields = typed(editor_client.get(address(ids.mfa)))
    last = {kind: int(fields[f"{kind}-TOTAL_FORMS"]) - 1 for kind in ROWS}
    changed = {f"{kind}-{last[kind]}-note": "As printed." for kind in ROWS}

    editor_client.post(address(ids.mfa), fields | changed)
    again = typed(editor_client.get(address(ids.mfa)))
    ticked = {f"{kind}-{last[kind]}-DELETE": "on" for kind in ROWS}
    editor_client.post(address(ids.mfa), again | ticked)

    statements = {
        kind: list(
            statement_kinds()[kind]
            .objects.filter(record=ids.mfa, added__gte=2)
            .order_by("id")
            .values_list("note", "added", "retired")
        )
        for kind in ROWS
    }
    assert statements == {kind: [("", 2, 3), ("As printed.", 3, 4)] for kind in ROWS}


def test_choice_can_be_typed_by_its_name(editor_client, ids):
    fields = typed(editor_client.get(address(ids.mfa)))
    add_row(fields, "presence", role="seat", locator="Prop 7")
    fields |= {"presence-0-place-typed": " MANILA ", "presence-0-source-typed": "fox-gois-2010"}
    add_row(fields, "trait", source=ids.source)
    fields["trait-0-term-typed"] = "identity:women"

    answer = editor_client.post(address(ids.mfa), fields)

    presence = statement_kinds()["presence"].objects.get(record=ids.mfa)
    trait = statement_kinds()["trait"].objects.get(record=ids.mfa)
    assert answer.status_code == 302
    assert (presence.place_id, presence.source_id) == (ids.manila, ids.source)
    assert trait.term_id == ids.women


def test_name_of_the_present_choice_changes_nothing(editor_client, ids):
    fields = typed(editor_client.get(address(ids.mfa)))
    fields["name-0-source-typed"] = "Fox and Gois 2010"

    editor_client.post(address(ids.mfa), fields)

    assert Changeset.objects.count() == 1


@pytest.mark.parametrize(
    ("typed_name", "sentence"),
    [
        ("mani", "No match for “mani”. Did you mean: manila?"),
        ("Migrant Forum", "No match for “Migrant Forum”. Type a name that"),
        ("xyzzy", "No match for “xyzzy”. Type a name that is in the catalogue"),
        ("a\x00b", "Remove the NUL character; no name has it."),
        ("99999999999999999999999", "No match for “99999999999999999999999”."),
    ],
)
def test_unknown_name_is_refused_with_suggestions(editor_client, ids, typed_name, sentence):
    fields = typed(editor_client.get(address(ids.mfa)))
    add_row(fields, "presence", role="seat", source=ids.source)
    fields["presence-0-place-typed"] = typed_name

    answer = editor_client.post(address(ids.mfa), fields)

    errors = next(
        inline.formset.errors[0]
        for inline in answer.context["inline_admin_formsets"]
        if inline.formset.prefix == "presence"
    )
    assert answer.status_code == 200
    assert [error[: len(sentence)] for error in errors["place"]] == [sentence]


def test_ambiguous_name_is_refused_with_each_candidate(editor_client, ids):
    changeset = Changeset()
    changeset.add("name", ids.ph, text="Manila", source=ids.source)
    changeset.propose().accept()
    fields = typed(editor_client.get(address(ids.mfa)))
    add_row(fields, "presence", role="seat", source=ids.source)
    fields["presence-0-place-typed"] = "Manila"

    answer = editor_client.post(address(ids.mfa), fields)

    sentence = "Several are called “Manila”. Type one of these: ph; manila."
    assert sentence in answer.content.decode()


def test_row_is_added_without_a_script(editor_client, ids):
    fields = typed(editor_client.get(address(ids.mfa))) | {"name-0-text": "Half typed"}

    shown = editor_client.post(address(ids.mfa), fields | {"_more": "presence"})
    again = typed(shown)
    again |= {"presence-0-place-typed": "manila", "presence-0-role": "seat"}
    answer = editor_client.post(
        address(ids.mfa), again | {"presence-0-source-typed": "fox-gois-2010"}
    )

    assert "A new empty row was added. Nothing has been saved yet." in shown.content.decode()
    assert (again["name-0-text"], again["presence-TOTAL_FORMS"]) == ("Half typed", "1")
    assert (again["presence-0-voice"], again["presence-0-holds"]) == ("source", "on")
    assert answer.status_code == 302
    assert statement_kinds()["presence"].objects.get().place_id == ids.manila


@pytest.mark.parametrize("kind", ["nonsense", "", "presence\x00", "../../etc"])
def test_row_of_an_unknown_kind_saves_nothing(editor_client, ids, kind):
    fields = typed(editor_client.get(address(ids.mfa)))

    answer = editor_client.post(
        address(ids.mfa), fields | {"_more": kind, "nonsense-TOTAL_FORMS": "1"}
    )

    assert answer.status_code in (200, 302)
    assert Changeset.objects.count() == 1


HOSTILE = (
    "a\x00b",
    "\u202egpj.exe",
    "9" * 400,
    "-1",
    "<script>alert(1)</script>",
    "'; DROP TABLE orgs_name; --",
    "{{ 7 }}{% x %}",
    "²",
    "1e999",
    "x" * 10_000,
)
"""Hostile input."""

PARTS = ("edtf", "locator", "note", "voice", "tier", "id", "source", "speaker-typed")
"""The fields that every statement has."""


@pytest.mark.parametrize("index", range(len(HOSTILE)))
def test_hostile_text_in_any_field_breaks_nothing(editor_client, ids, index):
    text = HOSTILE[index]
    fields = typed(editor_client.get(address(ids.mfa)))
    for kind, row in ROWS.items():
        values = {name: getattr(ids, value, value) for name, value in row.items()}
        add_row(fields, kind, **values, source=ids.source)
    untouched = {name for name in fields if "_FORMS" in name or "csrf" in name}
    answers = {}
    for part in sampled(PARTS, index, every=len(PARTS)):
        broken = {
            name: text for name in fields if name.endswith(f"-{part}") and name not in untouched
        }
        extra = {"name-0-speaker-typed": text} if part == "speaker-typed" else {}
        answers[part] = editor_client.post(address(ids.mfa), fields | broken | extra).status_code
    own = {
        f"{kind}-{int(fields[f'{kind}-TOTAL_FORMS']) - 1}-{name}": text
        for kind, row in ROWS.items()
        for name in row
    }
    answers["own"] = editor_client.post(address(ids.mfa), fields | own).status_code
    answers["slug"] = editor_client.post(address(ids.mfa), fields | {"slug": text}).status_code
    answers["forms"] = editor_client.post(
        address(ids.mfa), fields | {"name-TOTAL_FORMS": text}
    ).status_code

    assert {part: status for part, status in answers.items() if status not in (200, 302)} == {}


@pytest.mark.parametrize("count", [1, 30])
def test_page_of_a_record_takes_as_many_queries_for_many_statements_as_for_one(
    editor_client, ids, count, django_assert_num_queries
):
    changeset = Changeset()
    for number in range(count):
        changeset.add(
            "presence",
            ids.mfa,
            place=ids.manila,
            role="acts_in",
            source=ids.source,
            speaker=ids.tigra,
            edtf=str(1950 + number),
        )
    changeset.propose().accept()
    editor_client.get(address(ids.mfa))

    with django_assert_num_queries(29):
        answer = editor_client.get(address(ids.mfa))

    assert typed(answer)["presence-TOTAL_FORMS"] == str(count)


def test_error_of_a_row_is_shown_beside_its_field(editor_client, ids):
    fields = typed(editor_client.get(address(ids.mfa)))
    add_row(fields, "link", url="example.org", link_kind="website", source=ids.source)
    add_row(fields, "existence", event="held", edtf="2012", source=ids.source)

    answer = editor_client.post(address(ids.mfa), fields)

    formsets = answer.context["inline_admin_formsets"]
    errors_by_kind = {
        s.formset.prefix: s.formset.errors[-1] for s in formsets if any(s.formset.errors)
    }
    assert answer.status_code == 200
    assert {kind: list(errors) for kind, errors in errors_by_kind.items()} == {
        "link": ["url"],
        "existence": ["edtf"],
    }
    assert "beginning with https://" in str(errors_by_kind["link"]["url"])
    assert Changeset.objects.count() == 1


def test_error_between_rows_is_shown_as_a_sentence(editor_client, ids):
    fields = typed(editor_client.get(address(ids.mfa)))
    for when in ("1990/2000", "1995/2005"):
        row = {"partnership": ids.mri, "edtf": when, "source": ids.source}
        add_row(fields, "membership", **row)

    answer = editor_client.post(address(ids.mfa), fields)

    assert answer.status_code == 200
    assert answer.context["adminform"].form.non_field_errors() == [
        "This source already says that it is a member at that time. Retire that statement, or "
        "date the two so that they do not overlap."
    ]
    assert typed(answer)["membership-1-edtf"] == "1995/2005"
    assert Changeset.objects.count() == 1


def test_identifier_of_another_record_is_refused_with_its_sentence(editor_client, ids):
    changeset = Changeset()
    changeset.add("identifier", ids.tigra, scheme="xx-test", value="1", source=ids.source)
    changeset.propose().accept()
    fields = typed(editor_client.get(address(ids.mfa)))
    add_row(fields, "identifier", scheme="xx-test", value="1", source=ids.source)

    answer = editor_client.post(address(ids.mfa), fields)

    assert answer.status_code == 200
    assert "Another record has this identifier." in answer.content.decode()


def test_state_actor_in_an_arena_is_refused_with_the_footnote(editor_client, ids):
    changeset = Changeset()
    changeset.add("trait", ids.mfa, term=ids.state, source=ids.source)
    changeset.propose().accept()
    fields = typed(editor_client.get(address(ids.mfa)))
    add_row(fields, "arena_placement", arena="ngo", source=ids.source)

    answer = editor_client.post(address(ids.mfa), fields)

    assert answer.status_code == 200
    assert "so they are in no arena" in answer.content.decode()
    assert Changeset.objects.count() == 2


def test_new_record_comes_with_its_statements_in_one_changeset(editor_client, ids):
    fields = typed(editor_client.get("/admin/orgs/organization/add/"))
    fields["slug"] = "kalayaan"
    row = {"text": "Kalayaan", "language": "en", "name_kind": "official", "preferred": "on"}
    add_row(fields, "name", **row, source=ids.source)

    answer = editor_client.post("/admin/orgs/organization/add/", fields)

    record = Record.objects.get(slug="kalayaan")
    assert answer.status_code == 302
    assert Changeset.objects.count() == 2
    assert (record.kind, Entry.objects.get(pk=record.pk).label) == ("organization", "Kalayaan")


def test_form_sent_twice_makes_one_record(editor_client, ids):
    fields = typed(editor_client.get("/admin/orgs/organization/add/")) | {"slug": "kalayaan"}

    answers = [editor_client.post("/admin/orgs/organization/add/", fields) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Record.objects.filter(slug="kalayaan").count() == 1
    assert Changeset.objects.count() == 2


def test_taken_address_is_refused_beside_the_field(editor_client, ids):
    fields = typed(editor_client.get("/admin/orgs/organization/add/")) | {"slug": "mfa"}

    answer = editor_client.post("/admin/orgs/organization/add/", fields)

    form = answer.context["adminform"].form
    assert form.errors["slug"] == ["This address is taken. Choose another slug."]


def test_former_address_of_another_record_is_refused(editor_client, ids):
    changeset = Changeset()
    changeset.change_record(Record.objects.get(pk=ids.mfa), slug="migrant-forum-in-asia")
    changeset.propose().accept()
    fields = typed(editor_client.get("/admin/orgs/organization/add/")) | {"slug": "mfa"}

    answer = editor_client.post("/admin/orgs/organization/add/", fields)

    form = answer.context["adminform"].form
    assert form.errors["slug"] == [
        "This address belonged to another record and redirects there. Choose another."
    ]


def test_former_address_redirects_to_the_record(editor_client, ids):
    fields = typed(editor_client.get(address(ids.mfa))) | {"slug": "migrant-forum"}

    editor_client.post(address(ids.mfa), fields)

    record = Record.objects.get(pk=ids.mfa)
    assert record.slug == "migrant-forum"
    assert [former.slug for former in record.former_slugs.all()] == ["mfa"]


def test_columns_that_no_form_has_are_not_written(editor_client, ids):
    before = Record.objects.filter(pk=ids.mfa).values().get()
    fields = typed(editor_client.get(address(ids.mfa)))
    extra = {"id": "1", "key": "0", "kind": "place", "sphere": "state", "successor": ids.mri}
    extra |= {"withdrawn_on": "2020-01-01", "withdrawn_reason": "law", "state": "accepted"}
    extra |= {"number": "99", "is_superuser": "on", "name-0-added": "1", "name-0-retired": "1"}
    extra |= {"name-0-observed": "1999", "name-0-record_id": ids.tigra, "author": "1"}

    editor_client.post(address(ids.mfa), fields | extra)

    assert Record.objects.filter(pk=ids.mfa).values().get() == before
    assert Changeset.objects.count() == 1


def test_row_of_another_record_is_refused(editor_client, ids):
    foreign = Name.objects.get(record=ids.tigra)
    fields = typed(editor_client.get(address(ids.mfa)))
    fields["name-0-id"] = str(foreign.pk)
    fields["name-0-text"] = "Stolen"

    answer = editor_client.post(address(ids.mfa), fields)

    foreign.refresh_from_db()
    assert answer.status_code == 200
    assert (foreign.text, foreign.retired_id) == ("TIGRA", None)
    assert Changeset.objects.count() == 1


def test_editor_who_may_not_accept_proposes(ids):
    editor_client = signed_in(editor("new@example.org", accepts=False))
    fields = typed(editor_client.get(address(ids.mfa)))
    fields["name-0-text"] = "Another name"

    answer = editor_client.post(address(ids.mfa), fields, follow=True)

    changeset = Changeset.objects.proposed().get()
    assert changeset.operations.adds["name"][0]["text"] == "Another name"
    assert [str(m).split(">")[0] for m in answer.context["messages"]] == [
        f'Proposed as <a href="/review/proposals/{changeset.pk}/"'
    ]
    assert Name.objects.get(record=ids.mfa).text == "Migrant Forum in Asia"


def test_hiding_needs_no_moderator(ids):
    editor_client = signed_in(editor("new@example.org", accepts=False))
    fields = typed(editor_client.get(address(ids.mfa)))
    fields["name-0-tier"] = "1"

    editor_client.post(address(ids.mfa), fields)

    assert Name.objects.get(record=ids.mfa).tier == Tier.VETTED


def test_editor_cannot_publish_a_statement_they_may_not_read(ids):
    editor_client = signed_in(editor("new@example.org", accepts=False))
    fields = typed(editor_client.get(address(ids.mfa)))
    changeset = Changeset()
    changeset.restrict(Name.objects.get(record=ids.mfa), Tier.REPRESENTATIVES)
    changeset.propose().accept()
    fields["name-0-tier"] = "0"

    answer = editor_client.post(address(ids.mfa), fields)

    assert "A row belongs to another page." in answer.content.decode()
    assert Name.objects.get(record=ids.mfa).tier == Tier.REPRESENTATIVES
    assert not Changeset.objects.proposed().exists()
    assert "name-0-id" not in typed(editor_client.get(address(ids.mfa)))


@pytest.mark.parametrize("page", ["add/", "change/", "history/", "tiers/", "merge/"])
def test_pages_have_nothing_that_a_strict_policy_forbids(editor_client, ids, page):
    if page in ("add/", "change/"):
        path = "/admin/orgs/organization/add/" if page == "add/" else address(ids.mfa)
    else:
        path = f"/review/records/{ids.mfa}/{page}"

    html = editor_client.get(path).content.decode()

    inline = r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:"
    assert re.findall(inline, html) == []


@pytest.mark.parametrize(
    "path",
    ["admin/", "admin/orgs/organization/", "review/", "review/proposals/", "admin/orgs/term/"],
)
def test_lists_have_nothing_that_a_strict_policy_forbids(editor_client, ids, path):
    html = editor_client.get(f"/{path}").content.decode()

    inline = r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:"
    assert re.findall(inline, html) == []


def test_choices_are_of_the_kinds_that_the_statement_allows(editor_client, ids):
    params = {"app_label": "orgs", "model_name": "membership", "field_name": "partnership"}

    answer = editor_client.get("/admin/autocomplete/", {**params, "term": "migrant"})

    assert answer.json()["results"] == [
        {"id": str(ids.mri), "text": "Migrant Rights International (network or coalition)"}
    ]


def test_choices_are_of_the_scheme_of_the_field(editor_client, ids):
    params = {"app_label": "orgs", "model_name": "figure", "field_name": "measure"}

    answer = editor_client.get("/admin/autocomplete/", {**params, "term": ""})

    assert answer.json()["results"] == [{"id": str(ids.members), "text": "members (Measure)"}]


def test_editors_find_a_hidden_record(editor_client, ids):
    changeset = Changeset()
    changeset.change_record(Record.objects.get(pk=ids.tigra), level="hidden")
    changeset.propose().accept()

    answer = editor_client.get("/admin/orgs/organization/", {"q": "tigra"})

    assert [record.pk for record in answer.context["cl"].result_list] == [ids.tigra]


def test_visitor_is_redirected_to_the_sign_in_of_the_site(client, ids):
    first = client.get("/admin/orgs/organization/")
    second = client.get(first.url)

    assert first.url == "/admin/login/?next=/admin/orgs/organization/"
    assert second.url == "/account/sign-in/?next=%2Fadmin%2Forgs%2Forganization%2F"


def test_sign_in_redirects_to_no_other_site(client):
    answer = client.get("/admin/login/", {"next": "https://example.org/"})

    assert answer.url == "/account/sign-in/?next=%2Fadmin%2F"


def test_account_without_rights_in_the_admin_is_refused(ids):
    account = editor()
    account.is_staff = False
    account.save()

    answer = signed_in(account).get("/admin/login/", {"next": "/admin/"})

    assert answer.status_code == 403


def test_first_page_opens_with_pending_work(editor_client, ids):
    changeset = Changeset(reason="A name is missing.")
    changeset.add("name", ids.mfa, text="MFA", source=ids.source)
    changeset.propose()

    html = editor_client.get("/admin/").content.decode()

    assert html.index("1 proposal waiting for a decision") < html.index('id="content-main"')
    assert f"/review/proposals/{changeset.pk}/" in html


def test_records_cannot_be_deleted(editor_client, ids):
    answer = editor_client.post(address(ids.mfa, "delete/"), {"post": "yes"})
    listed = editor_client.get("/admin/orgs/organization/")

    actions = [name for name, _ in listed.context["action_form"].fields["action"].choices]
    assert answer.status_code == 403
    assert actions == ["", "restrict_selected", "withdraw_selected"]


@pytest.mark.parametrize("count", [1, 30])
def test_list_of_records_takes_as_many_queries_for_many_as_for_one(
    editor_client, ids, count, django_assert_num_queries
):
    changeset = Changeset()
    for number in range(count):
        record = changeset.record("project", f"project-{number}")
        changeset.add("name", record, text=f"Project {number}", source=ids.source)
    changeset.propose().accept()
    editor_client.get("/admin/campaigns/project/")

    with django_assert_num_queries(7):
        answer = editor_client.get("/admin/campaigns/project/")

    assert len(answer.context["cl"].result_list) == count
