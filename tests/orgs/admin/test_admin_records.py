"""The pages of records: one save is one changeset, and nothing typed is ever lost."""

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
def desk(ids):
    return signed_in(editor())


def test_unchanged_save_makes_no_changeset(desk, ids):
    before = Changeset.objects.count()
    fields = typed(desk.get(address(ids.mfa)))

    answer = desk.post(address(ids.mfa), fields)

    assert answer.status_code == 302
    assert Changeset.objects.count() == before


def test_edit_and_add_are_one_changeset(desk, ids):
    fields = typed(desk.get(address(ids.mfa)))
    fields["name-0-text"] = "Migrant Forum in Asia (MFA)"
    fields["reason"] = "The source prints the acronym."
    add_row(fields, "presence", place=ids.manila, role="seat", source=ids.source, locator="Prop 7")

    answer = desk.post(address(ids.mfa), fields)

    change = Changeset.objects.accepted().order_by("-number").first()
    document = json.loads(Entry.objects.get(pk=ids.mfa).document)
    assert answer.status_code == 302
    assert (change.number, change.reason) == (2, "The source prints the acronym.")
    assert [name["text"] for name in document["names"]] == ["Migrant Forum in Asia (MFA)"]
    assert [place["place"]["label"] for place in document["places"]] == ["Manila"]
    assert Name.objects.get(record=ids.mfa, retired=2).text == "Migrant Forum in Asia"


def test_ticked_row_is_retired(desk, ids):
    fields = typed(desk.get(address(ids.mfa)))
    fields["name-0-DELETE"] = "on"

    desk.post(address(ids.mfa), fields)

    assert [name.retired_id for name in Name.objects.filter(record=ids.mfa)] == [2]


def test_tier_alone_is_restricted_in_every_yesterday(desk, ids):
    fields = typed(desk.get(address(ids.mfa)))
    fields["name-0-tier"] = "2"

    desk.post(address(ids.mfa), fields)

    name = Name.objects.get(record=ids.mfa)
    change = Changeset.objects.get(number=2)
    assert (name.tier, name.retired_id) == (Tier.REPRESENTATIVES, None)
    assert change.operations.types == {"restricts"}


def test_tier_and_text_hide_the_earlier_wording_too(desk, ids):
    fields = typed(desk.get(address(ids.mfa)))
    fields["name-0-tier"] = "2"
    fields["name-0-text"] = "A secret name"

    desk.post(address(ids.mfa), fields)

    names = Name.objects.filter(record=ids.mfa).order_by("id")
    assert [(name.text, name.tier) for name in names] == [
        ("Migrant Forum in Asia", Tier.REPRESENTATIVES),
        ("A secret name", Tier.REPRESENTATIVES),
    ]


def test_hiding_tells_of_earlier_wordings_that_are_still_open(desk, ids):
    changeset = Changeset()
    changeset.replace(Name.objects.get(record=ids.mfa), text="A newer name")
    changeset.propose().accept()
    fields = typed(desk.get(address(ids.mfa))) | {"name-0-tier": "2", "_continue": "1"}

    answer = desk.post(address(ids.mfa), fields, follow=True)

    html = answer.content.decode()
    hint = f'Earlier wordings can still be read. <a href="{address(ids.mfa, "tiers/")}">'
    assert hint in html
    assert '<span class="cited">Fox and Gois 2010 [representatives]</span>' in html


def test_multi_line_text_left_alone_is_not_changed(desk, ids):
    changeset = Changeset()
    changeset.add("text", ids.mfa, text_kind="summary", body="One.\n\nTwo.", source=ids.source)
    changeset.propose().accept()
    fields = typed(desk.get(address(ids.mfa)))

    desk.post(address(ids.mfa), fields)

    assert fields["text-0-body"] == "One.\r\n\r\nTwo."
    assert [text.retired_id for text in Text.objects.all()] == [None]


def test_every_editable_column_of_every_kind_is_on_the_page(desk, ids):
    html = desk.get(address(ids.mfa)).content.decode()

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
"""One statement of every kind that may be about an organization, as it is typed."""


def test_rows_cover_every_kind_about_an_organization():
    kinds = {k for k, model in statement_kinds().items() if "organization" in model.about_kinds}

    assert set(ROWS) == kinds


def test_statements_of_every_kind_are_saved_and_shown(desk, ids):
    fields = typed(desk.get(address(ids.mfa)))
    for kind, row in ROWS.items():
        values = {name: getattr(ids, value, value) for name, value in row.items()}
        add_row(fields, kind, **values, source=ids.source, locator="Prop 7")

    answer = desk.post(address(ids.mfa), fields)

    shown = typed(desk.get(address(ids.mfa)))
    said = {kind: statement_kinds()[kind].objects.get(record=ids.mfa, added=2) for kind in ROWS}
    last = {kind: int(shown[f"{kind}-TOTAL_FORMS"]) - 1 for kind in ROWS}
    assert answer.status_code == 302
    assert Changeset.objects.count() == 2
    assert {kind: str(one.pk) for kind, one in said.items()} == {
        kind: shown[f"{kind}-{last[kind]}-id"] for kind in ROWS
    }


def test_statements_of_every_kind_are_changed_and_retired(desk, ids):
    changeset = Changeset()
    for kind, row in ROWS.items():
        values = {name: getattr(ids, value, value) for name, value in row.items()}
        values |= {"arena_id": values.pop("arena")} if kind == "arena_placement" else {}
        changeset.add(kind, ids.mfa, **values, source=ids.source)
    changeset.propose().accept()
    fields = typed(desk.get(address(ids.mfa)))
    last = {kind: int(fields[f"{kind}-TOTAL_FORMS"]) - 1 for kind in ROWS}
    changed = {f"{kind}-{last[kind]}-note": "As printed." for kind in ROWS}

    desk.post(address(ids.mfa), fields | changed)
    again = typed(desk.get(address(ids.mfa)))
    ticked = {f"{kind}-{last[kind]}-DELETE": "on" for kind in ROWS}
    desk.post(address(ids.mfa), again | ticked)

    said = {
        kind: list(
            statement_kinds()[kind]
            .objects.filter(record=ids.mfa, added__gte=2)
            .order_by("id")
            .values_list("note", "added", "retired")
        )
        for kind in ROWS
    }
    assert said == {kind: [("", 2, 3), ("As printed.", 3, 4)] for kind in ROWS}


def test_what_is_chosen_can_be_typed_by_its_name(desk, ids):
    fields = typed(desk.get(address(ids.mfa)))
    add_row(fields, "presence", role="seat", locator="Prop 7")
    fields |= {"presence-0-place-typed": " MANILA ", "presence-0-source-typed": "fox-gois-2010"}
    add_row(fields, "trait", source=ids.source)
    fields["trait-0-term-typed"] = "identity:women"

    answer = desk.post(address(ids.mfa), fields)

    presence = statement_kinds()["presence"].objects.get(record=ids.mfa)
    trait = statement_kinds()["trait"].objects.get(record=ids.mfa)
    assert answer.status_code == 302
    assert (presence.place_id, presence.source_id) == (ids.manila, ids.source)
    assert trait.term_id == ids.women


def test_name_of_the_same_thing_changes_nothing(desk, ids):
    fields = typed(desk.get(address(ids.mfa)))
    fields["name-0-source-typed"] = "Fox and Gois 2010"

    desk.post(address(ids.mfa), fields)

    assert Changeset.objects.count() == 1


@pytest.mark.parametrize(
    ("typed_name", "sentence"),
    [
        ("mani", "Nothing here is called “mani”. Is it one of these? manila."),
        ("Migrant Forum", "Nothing here is called “Migrant Forum”. Type a name as"),
        ("xyzzy", "Nothing here is called “xyzzy”. Type a name as the catalogue has it"),
        ("a\x00b", "Remove the NUL character; no name has it."),
        ("99999999999999999999999", "Nothing here is called “99999999999999999999999”."),
    ],
)
def test_name_that_means_nothing_is_told_with_what_may_be_meant(desk, ids, typed_name, sentence):
    fields = typed(desk.get(address(ids.mfa)))
    add_row(fields, "presence", role="seat", source=ids.source)
    fields["presence-0-place-typed"] = typed_name

    answer = desk.post(address(ids.mfa), fields)

    errors = next(
        inline.formset.errors[0]
        for inline in answer.context["inline_admin_formsets"]
        if inline.formset.prefix == "presence"
    )
    assert answer.status_code == 200
    assert [error[: len(sentence)] for error in errors["place"]] == [sentence]


def test_name_of_several_is_told_with_each(desk, ids):
    changeset = Changeset()
    changeset.add("name", ids.ph, text="Manila", source=ids.source)
    changeset.propose().accept()
    fields = typed(desk.get(address(ids.mfa)))
    add_row(fields, "presence", role="seat", source=ids.source)
    fields["presence-0-place-typed"] = "Manila"

    answer = desk.post(address(ids.mfa), fields)

    said = "Several are called “Manila”. Type one of these: ph; manila."
    assert said in answer.content.decode()


def test_row_is_added_without_a_script(desk, ids):
    fields = typed(desk.get(address(ids.mfa))) | {"name-0-text": "Half typed"}

    shown = desk.post(address(ids.mfa), fields | {"_more": "presence"})
    again = typed(shown)
    again |= {"presence-0-place-typed": "manila", "presence-0-role": "seat"}
    answer = desk.post(address(ids.mfa), again | {"presence-0-source-typed": "fox-gois-2010"})

    assert "A new empty row was added. Nothing has been saved yet." in shown.content.decode()
    assert (again["name-0-text"], again["presence-TOTAL_FORMS"]) == ("Half typed", "1")
    assert (again["presence-0-voice"], again["presence-0-holds"]) == ("source", "on")
    assert answer.status_code == 302
    assert statement_kinds()["presence"].objects.get().place_id == ids.manila


@pytest.mark.parametrize("asked", ["nonsense", "", "presence\x00", "../../etc"])
def test_room_for_nothing_saves_nothing(desk, ids, asked):
    fields = typed(desk.get(address(ids.mfa)))

    answer = desk.post(address(ids.mfa), fields | {"_more": asked, "nonsense-TOTAL_FORMS": "1"})

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
"""What nobody types in earnest."""

PARTS = ("edtf", "locator", "note", "voice", "tier", "id", "source", "speaker-typed")
"""The fields that every statement has."""


@pytest.mark.parametrize("turn", range(len(HOSTILE)))
def test_hostile_words_in_any_field_break_nothing(desk, ids, turn):
    text = HOSTILE[turn]
    fields = typed(desk.get(address(ids.mfa)))
    for kind, row in ROWS.items():
        values = {name: getattr(ids, value, value) for name, value in row.items()}
        add_row(fields, kind, **values, source=ids.source)
    kept = {name for name in fields if "_FORMS" in name or "csrf" in name}
    answers = {}
    for part in sampled(PARTS, turn, every=len(PARTS)):
        broken = {name: text for name in fields if name.endswith(f"-{part}") and name not in kept}
        extra = {"name-0-speaker-typed": text} if part == "speaker-typed" else {}
        answers[part] = desk.post(address(ids.mfa), fields | broken | extra).status_code
    own = {
        f"{kind}-{int(fields[f'{kind}-TOTAL_FORMS']) - 1}-{name}": text
        for kind, row in ROWS.items()
        for name in row
    }
    answers["own"] = desk.post(address(ids.mfa), fields | own).status_code
    answers["slug"] = desk.post(address(ids.mfa), fields | {"slug": text}).status_code
    answers["forms"] = desk.post(address(ids.mfa), fields | {"name-TOTAL_FORMS": text}).status_code

    assert {part: status for part, status in answers.items() if status not in (200, 302)} == {}


@pytest.mark.parametrize("count", [1, 30])
def test_page_of_a_record_asks_as_often_for_many_statements_as_for_one(
    desk, ids, count, django_assert_num_queries
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
    desk.get(address(ids.mfa))

    with django_assert_num_queries(29):
        answer = desk.get(address(ids.mfa))

    assert typed(answer)["presence-TOTAL_FORMS"] == str(count)


def test_rule_of_a_row_is_told_beside_its_field(desk, ids):
    fields = typed(desk.get(address(ids.mfa)))
    add_row(fields, "link", url="example.org", link_kind="website", source=ids.source)
    add_row(fields, "existence", event="held", edtf="2012", source=ids.source)

    answer = desk.post(address(ids.mfa), fields)

    formsets = answer.context["inline_admin_formsets"]
    told = {s.formset.prefix: s.formset.errors[-1] for s in formsets if any(s.formset.errors)}
    assert answer.status_code == 200
    assert {kind: list(errors) for kind, errors in told.items()} == {
        "link": ["url"],
        "existence": ["edtf"],
    }
    assert "beginning with https://" in str(told["link"]["url"])
    assert Changeset.objects.count() == 1


def test_rule_between_rows_is_told_as_a_sentence(desk, ids):
    fields = typed(desk.get(address(ids.mfa)))
    for when in ("1990/2000", "1995/2005"):
        row = {"partnership": ids.mri, "edtf": when, "source": ids.source}
        add_row(fields, "membership", **row)

    answer = desk.post(address(ids.mfa), fields)

    assert answer.status_code == 200
    assert answer.context["adminform"].form.non_field_errors() == [
        "This source already says that it is a member at that time. Retire that statement, or "
        "date the two so that they do not overlap."
    ]
    assert typed(answer)["membership-1-edtf"] == "1995/2005"
    assert Changeset.objects.count() == 1


def test_identifier_of_another_record_is_refused_with_its_sentence(desk, ids):
    changeset = Changeset()
    changeset.add("identifier", ids.tigra, scheme="xx-test", value="1", source=ids.source)
    changeset.propose().accept()
    fields = typed(desk.get(address(ids.mfa)))
    add_row(fields, "identifier", scheme="xx-test", value="1", source=ids.source)

    answer = desk.post(address(ids.mfa), fields)

    assert answer.status_code == 200
    assert "Another record has this identifier." in answer.content.decode()


def test_state_body_in_an_arena_is_refused_with_the_footnote(desk, ids):
    changeset = Changeset()
    changeset.add("trait", ids.mfa, term=ids.state, source=ids.source)
    changeset.propose().accept()
    fields = typed(desk.get(address(ids.mfa)))
    add_row(fields, "arena_placement", arena="ngo", source=ids.source)

    answer = desk.post(address(ids.mfa), fields)

    assert answer.status_code == 200
    assert "so they are in no arena" in answer.content.decode()
    assert Changeset.objects.count() == 2


def test_new_record_comes_with_its_statements_in_one_changeset(desk, ids):
    fields = typed(desk.get("/admin/orgs/organization/add/"))
    fields["slug"] = "kalayaan"
    row = {"text": "Kalayaan", "language": "en", "name_kind": "official", "preferred": "on"}
    add_row(fields, "name", **row, source=ids.source)

    answer = desk.post("/admin/orgs/organization/add/", fields)

    record = Record.objects.get(slug="kalayaan")
    assert answer.status_code == 302
    assert Changeset.objects.count() == 2
    assert (record.kind, Entry.objects.get(pk=record.pk).label) == ("organization", "Kalayaan")


def test_form_sent_twice_makes_one_record(desk, ids):
    fields = typed(desk.get("/admin/orgs/organization/add/")) | {"slug": "kalayaan"}

    answers = [desk.post("/admin/orgs/organization/add/", fields) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Record.objects.filter(slug="kalayaan").count() == 1
    assert Changeset.objects.count() == 2


def test_taken_address_is_refused_beside_the_field(desk, ids):
    fields = typed(desk.get("/admin/orgs/organization/add/")) | {"slug": "mfa"}

    answer = desk.post("/admin/orgs/organization/add/", fields)

    form = answer.context["adminform"].form
    assert form.errors["slug"] == ["This address is taken. Choose another slug."]


def test_former_address_of_another_record_is_refused(desk, ids):
    changeset = Changeset()
    changeset.change_record(Record.objects.get(pk=ids.mfa), slug="migrant-forum-in-asia")
    changeset.propose().accept()
    fields = typed(desk.get("/admin/orgs/organization/add/")) | {"slug": "mfa"}

    answer = desk.post("/admin/orgs/organization/add/", fields)

    form = answer.context["adminform"].form
    assert form.errors["slug"] == [
        "This address was another record's and leads there for ever. Choose another."
    ]


def test_changed_address_keeps_leading_there(desk, ids):
    fields = typed(desk.get(address(ids.mfa))) | {"slug": "migrant-forum"}

    desk.post(address(ids.mfa), fields)

    record = Record.objects.get(pk=ids.mfa)
    assert record.slug == "migrant-forum"
    assert [former.slug for former in record.former_slugs.all()] == ["mfa"]


def test_columns_that_no_form_has_are_not_written(desk, ids):
    before = Record.objects.filter(pk=ids.mfa).values().get()
    fields = typed(desk.get(address(ids.mfa)))
    extra = {"id": "1", "key": "0", "kind": "place", "sphere": "state", "successor": ids.mri}
    extra |= {"withdrawn_on": "2020-01-01", "withdrawn_reason": "law", "state": "accepted"}
    extra |= {"number": "99", "is_superuser": "on", "name-0-added": "1", "name-0-retired": "1"}
    extra |= {"name-0-observed": "1999", "name-0-record_id": ids.tigra, "author": "1"}

    desk.post(address(ids.mfa), fields | extra)

    assert Record.objects.filter(pk=ids.mfa).values().get() == before
    assert Changeset.objects.count() == 1


def test_row_of_another_record_is_refused(desk, ids):
    foreign = Name.objects.get(record=ids.tigra)
    fields = typed(desk.get(address(ids.mfa)))
    fields["name-0-id"] = str(foreign.pk)
    fields["name-0-text"] = "Stolen"

    answer = desk.post(address(ids.mfa), fields)

    foreign.refresh_from_db()
    assert answer.status_code == 200
    assert (foreign.text, foreign.retired_id) == ("TIGRA", None)
    assert Changeset.objects.count() == 1


def test_editor_who_may_not_accept_proposes(ids):
    desk = signed_in(editor("new@example.org", accepts=False))
    fields = typed(desk.get(address(ids.mfa)))
    fields["name-0-text"] = "Another name"

    answer = desk.post(address(ids.mfa), fields, follow=True)

    changeset = Changeset.objects.proposed().get()
    assert changeset.operations.adds["name"][0]["text"] == "Another name"
    assert [str(m).split(">")[0] for m in answer.context["messages"]] == [
        f'Proposed as <a href="/admin/orgs/changeset/{changeset.pk}/change/"'
    ]
    assert Name.objects.get(record=ids.mfa).text == "Migrant Forum in Asia"


def test_hiding_waits_for_nobody(ids):
    desk = signed_in(editor("new@example.org", accepts=False))
    fields = typed(desk.get(address(ids.mfa)))
    fields["name-0-tier"] = "1"

    desk.post(address(ids.mfa), fields)

    assert Name.objects.get(record=ids.mfa).tier == Tier.VETTED


def test_what_is_hidden_is_not_opened_by_whoever_may_not_read_it(ids):
    desk = signed_in(editor("new@example.org", accepts=False))
    fields = typed(desk.get(address(ids.mfa)))
    changeset = Changeset()
    changeset.restrict(Name.objects.get(record=ids.mfa), Tier.REPRESENTATIVES)
    changeset.propose().accept()
    fields["name-0-tier"] = "0"

    answer = desk.post(address(ids.mfa), fields)

    assert "A row belongs to another page." in answer.content.decode()
    assert Name.objects.get(record=ids.mfa).tier == Tier.REPRESENTATIVES
    assert not Changeset.objects.proposed().exists()
    assert "name-0-id" not in typed(desk.get(address(ids.mfa)))


@pytest.mark.parametrize("page", ["add/", "change/", "history/", "tiers/", "merge/"])
def test_pages_hold_nothing_that_a_strict_policy_forbids(desk, ids, page):
    path = "/admin/orgs/organization/add/" if page == "add/" else address(ids.mfa, page)

    html = desk.get(path).content.decode()

    inline = r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:"
    assert re.findall(inline, html) == []


@pytest.mark.parametrize("path", ["", "orgs/organization/", "orgs/changeset/", "orgs/term/"])
def test_lists_hold_nothing_that_a_strict_policy_forbids(desk, ids, path):
    html = desk.get(f"/admin/{path}").content.decode()

    inline = r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:"
    assert re.findall(inline, html) == []


def test_choices_are_of_the_kinds_that_the_statement_allows(desk, ids):
    asked = {"app_label": "orgs", "model_name": "membership", "field_name": "partnership"}

    answer = desk.get("/admin/autocomplete/", {**asked, "term": "migrant"})

    assert answer.json()["results"] == [
        {"id": str(ids.mri), "text": "Migrant Rights International (network or coalition)"}
    ]


def test_choices_are_of_the_scheme_that_the_statement_asks(desk, ids):
    asked = {"app_label": "orgs", "model_name": "figure", "field_name": "measure"}

    answer = desk.get("/admin/autocomplete/", {**asked, "term": ""})

    assert answer.json()["results"] == [
        {"id": str(ids.members), "text": "members (measure:members)"}
    ]


def test_hidden_record_is_found_by_editors(desk, ids):
    changeset = Changeset()
    changeset.change_record(Record.objects.get(pk=ids.tigra), level="hidden")
    changeset.propose().accept()

    answer = desk.get("/admin/orgs/organization/", {"q": "tigra"})

    assert [record.pk for record in answer.context["cl"].result_list] == [ids.tigra]


def test_visitor_is_led_to_the_sign_in_of_the_site(client, ids):
    first = client.get("/admin/orgs/organization/")
    second = client.get(first.url)

    assert first.url == "/admin/login/?next=/admin/orgs/organization/"
    assert second.url == "/account/sign-in/?next=%2Fadmin%2Forgs%2Forganization%2F"


def test_sign_in_leads_nowhere_else(client):
    answer = client.get("/admin/login/", {"next": "https://example.org/"})

    assert answer.url == "/account/sign-in/?next=%2Fadmin%2F"


def test_account_without_a_desk_is_told_so(ids):
    account = editor()
    account.is_staff = False
    account.save()

    answer = signed_in(account).get("/admin/login/", {"next": "/admin/"})

    assert answer.status_code == 403


def test_first_page_opens_with_the_work_that_waits(desk, ids):
    changeset = Changeset(reason="A name is missing.")
    changeset.add("name", ids.mfa, text="MFA", source=ids.source)
    changeset.propose()

    html = desk.get("/admin/").content.decode()

    assert html.index("1 proposal waiting for a decision") < html.index('id="content-main"')
    assert f"/admin/orgs/changeset/{changeset.pk}/change/" in html


def test_nobody_deletes_a_record(desk, ids):
    answer = desk.post(address(ids.mfa, "delete/"), {"post": "yes"})
    listed = desk.get("/admin/orgs/organization/")

    actions = [name for name, _ in listed.context["action_form"].fields["action"].choices]
    assert answer.status_code == 403
    assert actions == ["", "restrict_selected", "withdraw_selected"]


@pytest.mark.parametrize("count", [1, 30])
def test_list_of_records_asks_as_often_for_many_as_for_one(
    desk, ids, count, django_assert_num_queries
):
    changeset = Changeset()
    for number in range(count):
        record = changeset.record("project", f"project-{number}")
        changeset.add("name", record, text=f"Project {number}", source=ids.source)
    changeset.propose().accept()
    desk.get("/admin/campaigns/project/")

    with django_assert_num_queries(7):
        answer = desk.get("/admin/campaigns/project/")

    assert len(answer.context["cl"].result_list) == count
