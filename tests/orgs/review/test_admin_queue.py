"""The queue of proposals, the history of a record, and the decisions about it."""

import re

import pytest

from orgs.access.account import Account
from orgs.changes.changeset import Changeset
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.records.source import Source, Tier
from orgs.statements.identifier import Contact
from orgs.statements.name import Name
from orgs.statements.presence import Presence
from tests.support.admin import address, catalogue, editor, signed_in, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def ids():
    return catalogue()


@pytest.fixture
def editor_client(ids):
    return signed_in(editor())


def proposal(ids):
    """Propose to rename a record and to add its place."""
    changeset = Changeset(reason="From its own page.")
    changeset.replace(Name.objects.get(record=ids.mfa), text="Migrant Forum in Asia, MFA")
    changeset.add("presence", ids.mfa, place=ids.manila, role="seat", source=ids.source)
    return changeset.propose()


def page_of(changeset, page=""):
    return f"/review/proposals/{changeset.pk}/{page}"


def preview_and_confirm(editor_client, path, fields):
    """Post a decision, then confirm the preview. Returns both answers."""
    shown = editor_client.post(path, fields)
    seen = re.search(r'name="seen" value="(\w+)"', shown.content.decode())
    return shown, editor_client.post(path, {**fields, "seen": seen[1]}) if seen else shown


def test_list_opens_on_pending_proposals(editor_client, ids):
    changeset = proposal(ids)

    proposed = editor_client.get("/review/proposals/").context["object_list"]
    accepted = editor_client.get("/review/proposals/?state=accepted").context["object_list"]
    every = editor_client.get("/review/proposals/?state=all").context["object_list"]

    assert [item.pk for item in proposed] == [changeset.pk]
    assert [item.number for item in accepted] == [1]
    assert len(every) == 2


def test_proposal_shows_every_operation_with_both_texts(editor_client, ids):
    changeset = proposal(ids)

    answer = editor_client.get(page_of(changeset))

    html = answer.content.decode()
    operations = [(s.verb, s.subject, s.about, s.part_keys) for s in answer.context["operations"]]
    name = Name.objects.get(record=ids.mfa)
    about = "Migrant Forum in Asia (organization)"
    assert operations == [
        ("Changed", "name", about, [f"retires:name:{name.pk}", "adds:name:0"]),
        ("Added", "presence", about, ["adds:presence:0"]),
    ]
    assert "<del>Migrant Forum in Asia</del>" in html
    assert "<ins>Migrant Forum in Asia, MFA</ins>" in html
    assert "<ins>Manila (place)</ins>" in html


def test_accepted_proposal_still_shows_its_operations(editor_client, ids):
    changeset = proposal(ids).accept()

    answer = editor_client.get(page_of(changeset))

    assert [(s.verb, s.subject) for s in answer.context["operations"]] == [
        ("Changed", "name"),
        ("Added", "presence"),
    ]
    assert "<del>Migrant Forum in Asia</del>" in answer.content.decode()


def test_proposal_is_accepted(editor_client, ids):
    changeset = proposal(ids)

    answer = editor_client.post(page_of(changeset), {"_accept": "1"})

    changeset.refresh_from_db()
    assert answer.status_code == 302
    assert (changeset.state, changeset.number) == ("accepted", 2)
    assert Entry.objects.get(pk=ids.mfa).label == "Migrant Forum in Asia, MFA"


def test_chosen_operations_are_accepted_and_the_rest_stays_pending(editor_client, ids):
    changeset = proposal(ids)

    editor_client.post(page_of(changeset), {"_accept_part": "1", "chosen": ["adds:presence:0"]})

    rest = Changeset.objects.proposed().get()
    assert Presence.objects.get().place_id == ids.manila
    assert Name.objects.get(record=ids.mfa).text == "Migrant Forum in Asia"
    assert (rest.part_of_id, sorted(rest.operations.types)) == (changeset.pk, ["adds", "retires"])


def test_a_replacement_is_chosen_as_one_operation(editor_client, ids):
    changeset = proposal(ids)
    pick = " ".join(editor_client.get(page_of(changeset)).context["operations"][0].part_keys)

    editor_client.post(page_of(changeset), {"_accept_part": "1", "chosen": [pick]})

    names = Name.objects.filter(record=ids.mfa).order_by("id")
    assert [(name.text, name.retired_id) for name in names] == [
        ("Migrant Forum in Asia", 2),
        ("Migrant Forum in Asia, MFA", None),
    ]
    assert Presence.objects.count() == 0


def test_accepting_no_operation_is_an_error(editor_client, ids):
    changeset = proposal(ids)

    answer = editor_client.post(page_of(changeset), {"_accept_part": "1"})

    changeset.refresh_from_db()
    assert answer.status_code == 200
    assert "Choose at least one step to accept." in answer.content.decode()
    assert changeset.state == "proposed"


def test_operation_about_a_new_record_needs_the_operation_that_creates_it(editor_client, ids):
    changeset = Changeset()
    record = changeset.record("organization", "kalayaan")
    changeset.add("name", record, text="Kalayaan", source=ids.source)
    changeset.propose()

    answer = editor_client.post(
        page_of(changeset), {"_accept_part": "1", "chosen": ["adds:name:0"]}
    )

    assert answer.status_code == 200
    assert "Choose that part too." in answer.content.decode()
    assert not Record.objects.filter(slug="kalayaan").exists()


def test_operation_that_the_proposal_does_not_have_is_refused(editor_client, ids):
    changeset = proposal(ids)

    answer = editor_client.post(
        page_of(changeset), {"_accept_part": "1", "chosen": ["adds:name:17"]}
    )

    assert answer.status_code == 200
    assert "is not one of the available choices" in answer.content.decode()


def test_proposal_is_rejected_with_a_reason(editor_client, ids):
    changeset = proposal(ids)

    without = editor_client.post(page_of(changeset), {"_reject": "1", "decision": " "})
    editor_client.post(page_of(changeset), {"_reject": "1", "decision": "The page says otherwise."})

    changeset.refresh_from_db()
    assert "Say why, so that its author can do better." in without.content.decode()
    assert (changeset.state, changeset.decision) == ("rejected", "The page says otherwise.")


def test_overtaken_proposal_shows_both_texts_and_stays(editor_client, ids):
    changeset = proposal(ids)
    other = Changeset()
    other.replace(Name.objects.get(record=ids.mfa), text="What somebody else said")
    other.propose().accept()

    answer = editor_client.post(page_of(changeset), {"_accept": "1"})

    html = answer.content.decode()
    changeset.refresh_from_db()
    assert answer.status_code == 200
    assert "Another person changed this before you." in html
    assert "What somebody else said" in html
    assert "Migrant Forum in Asia, MFA" in html
    assert changeset.state == "proposed"


def test_proposal_that_the_database_refuses_shows_the_sentence_of_the_rule(editor_client, ids):
    changeset = Changeset()
    changeset.add("name", ids.mfa, text="MFA", language="en", preferred=True, source=ids.source)
    changeset.propose()

    answer = editor_client.post(page_of(changeset), {"_accept": "1"})

    assert answer.status_code == 200
    assert "This record has a preferred name in this language already." in answer.content.decode()


def test_only_who_may_accept_decides(ids):
    changeset = proposal(ids)
    editor_client = signed_in(editor("new@example.org", accepts=False))

    seen = editor_client.get(page_of(changeset))
    answers = [
        editor_client.post(page_of(changeset), {button: "1"}) for button in ("_accept", "_reject")
    ]

    changeset.refresh_from_db()
    assert "It is waiting for a moderator." in seen.content.decode()
    assert [answer.status_code for answer in answers] == [403, 403]
    assert changeset.state == "proposed"


def test_operations_on_records_references_and_tiers_are_described(editor_client, ids):
    changeset = Changeset(reason="Many things.")
    changeset.record("organization", "kalayaan")
    changeset.change_reference("source", Source.objects.get(), title="Another title")
    changeset.restrict(Name.objects.get(record=ids.tigra), Tier.VETTED)
    changeset.change_record(Record.objects.get(pk=ids.mfa), slug="forum")
    changeset.propose()

    operations = editor_client.get(page_of(changeset)).context["operations"]

    described = [
        (s.verb, s.subject, s.about, [(r.name, r.before, r.after) for r in s.rows])
        for s in operations
    ]
    assert described == [
        ("Created", "organization", "kalayaan", [("address", "", "/organizations/kalayaan/")]),
        (
            "Changed",
            "source",
            "Fox and Gois 2010",
            [("title", "Migrant Civil Society", "Another title")],
        ),
        (
            "Visibility changed",
            "name “TIGRA, English, official name · Fox and Gois 2010”",
            "TIGRA (organization)",
            [("who may read it", "public", "vetted partners")],
        ),
        (
            "Changed",
            "the record",
            "Migrant Forum in Asia (organization)",
            [("last part of its address", "mfa", "forum")],
        ),
    ]


def test_history_describes_every_change(editor_client, ids):
    proposal(ids).accept()
    changeset = Changeset(reason="At their request.")
    changeset.restrict(Presence.objects.get(), Tier.REPRESENTATIVES)
    changeset.change_record(Record.objects.get(pk=ids.mfa), slug="forum")
    changeset.propose().accept()

    answer = editor_client.get(f"/review/records/{ids.mfa}/history/")

    chapters = answer.context["changes"]
    assert [(c.changeset.number, [s.verb for s in c.operations]) for c in chapters] == [
        (3, ["Visibility changed", "Changed"]),
        (2, ["Changed", "Added"]),
        (1, ["Created", "Added"]),
    ]
    assert "<del>Migrant Forum in Asia</del>" in answer.content.decode()
    assert "Manila" in answer.content.decode()


def test_change_is_undone_after_a_preview(editor_client, ids):
    change = proposal(ids).accept()

    shown = editor_client.get(page_of(change, "undo/"))
    _, answer = preview_and_confirm(
        editor_client, page_of(change, "undo/"), {"reason": "It was a mistake."}
    )

    undo = Changeset.objects.get(number=3)
    assert [operation.verb for operation in shown.context["operations"]] == [
        "Changed",
        "Removed",
    ]
    assert answer.status_code == 302
    assert (undo.reverts_id, undo.reason) == (change.pk, "It was a mistake.")
    assert Entry.objects.get(pk=ids.mfa).label == "Migrant Forum in Asia"
    assert not Presence.objects.current().exists()


def test_undoing_twice_shows_the_present_text(editor_client, ids):
    change = proposal(ids).accept()
    preview_and_confirm(editor_client, page_of(change, "undo/"), {"reason": "It was a mistake."})

    _, answer = preview_and_confirm(
        editor_client, page_of(change, "undo/"), {"reason": "Once more."}
    )

    assert answer.status_code == 200
    assert "Another person changed this before you." in answer.content.decode()
    assert Changeset.objects.count() == 3


def test_pending_proposal_cannot_be_undone(editor_client, ids):
    assert editor_client.get(page_of(proposal(ids), "undo/")).status_code == 404


def test_confirming_a_stale_preview_shows_it_again(editor_client, ids):
    change = proposal(ids).accept()
    fields = {"reason": "It was a mistake.", "seen": "0" * 64}

    answer = editor_client.post(page_of(change, "undo/"), fields)

    assert answer.status_code == 200
    assert "The catalogue has changed since you opened this page." in answer.content.decode()
    assert Changeset.objects.count() == 2


def test_record_is_withdrawn_from_the_list_once_confirmed(editor_client, ids):
    chosen = {"action": "withdraw_selected", "_selected_action": [ids.mfa, ids.tigra]}
    page = editor_client.post("/admin/orgs/organization/", chosen).url
    fields = {"withdrawn_reason": "safety", "reason": "They asked for it."}

    shown, answer = preview_and_confirm(editor_client, page, fields)

    change = Changeset.objects.get(number=2)
    entries = Entry.objects.filter(pk__in=(ids.mfa, ids.tigra)).order_by("pk")
    assert page == f"/review/records/withdraw/?ids={ids.mfa},{ids.tigra}"
    assert len(shown.context["operations"]) == 2
    assert answer.status_code == 302
    assert [(e.state, e.gone_reason) for e in entries] == [("gone", "safety")] * 2
    assert change.reason == "They asked for it."


def test_withdrawn_record_is_listed_again_from_its_page(editor_client, ids):
    changeset = Changeset()
    changeset.change_record(
        Record.objects.get(pk=ids.mfa), level="withdrawn", withdrawn_reason="law"
    )
    changeset.propose().accept()
    fields = typed(editor_client.get(address(ids.mfa))) | {"level": "listed"}

    editor_client.post(address(ids.mfa), fields)

    record = Record.objects.get(pk=ids.mfa)
    assert (record.level, record.withdrawn_on, record.withdrawn_reason) == ("listed", None, "")
    assert Entry.objects.get(pk=ids.mfa).state == "published"


def test_record_is_restricted_once_confirmed(editor_client, ids):
    page = f"/review/records/restrict/?ids={ids.mfa}"

    _, answer = preview_and_confirm(editor_client, page, {"level": "hidden", "reason": "Danger."})

    assert answer.url == f"/admin/orgs/record/{ids.mfa}/change/"
    assert Record.objects.get(pk=ids.mfa).level == "hidden"
    assert not Entry.objects.filter(pk=ids.mfa).exists()


def test_embargo_without_a_day_shows_the_sentence_of_the_rule(editor_client, ids):
    page = f"/review/records/restrict/?ids={ids.mfa}"

    _, answer = preview_and_confirm(
        editor_client, page, {"level": "embargoed", "reason": "Not yet."}
    )

    assert answer.status_code == 200
    assert "Say until which day the record is embargoed." in answer.content.decode()


def test_hiding_a_record_needs_no_moderator(ids):
    editor_client = signed_in(editor("new@example.org", accepts=False))
    page = f"/review/records/withdraw/?ids={ids.mfa}"

    preview_and_confirm(editor_client, page, {"withdrawn_reason": "safety", "reason": "Danger."})

    assert Entry.objects.get(pk=ids.mfa).state == "gone"


def test_earlier_wordings_are_hidden_with_the_present_one(editor_client, ids):
    changeset = Changeset()
    changeset.replace(Name.objects.get(record=ids.mfa), text="A newer name")
    changeset.propose().accept()
    picks = [f"name:{name.pk}" for name in Name.objects.filter(record=ids.mfa)]
    fields = {"statements": picks, "tier": "2", "reason": "At their request."}

    _, answer = preview_and_confirm(editor_client, f"/review/records/{ids.mfa}/tiers/", fields)

    change = Changeset.objects.get(number=3)
    assert answer.status_code == 302
    assert [name.tier for name in Name.objects.filter(record=ids.mfa)] == [2, 2]
    assert change.operations.types == {"restricts"}


def test_contact_is_not_opened_by_others_than_its_owner(editor_client, ids):
    changeset = Changeset()
    values = {"contact_kind": "email", "value": "office@example.org", "source": ids.source}
    changeset.add("contact", ids.mfa, **values)
    changeset.propose().accept()
    fields = {
        "statements": [f"contact:{Contact.objects.get().pk}"],
        "tier": "0",
        "reason": "It is on their page.",
    }

    _, answer = preview_and_confirm(editor_client, f"/review/records/{ids.mfa}/tiers/", fields)

    assert answer.status_code == 200
    assert "Only the organization itself makes a contact public." in answer.content.decode()
    assert Contact.objects.get().tier == Tier.REPRESENTATIVES


def test_records_are_merged_after_a_preview(editor_client, ids):
    changeset = Changeset()
    changeset.add("presence", ids.tigra, place=ids.manila, role="acts_in", source=ids.source)
    changeset.propose().accept()
    fields = {"into": str(ids.mfa), "reason": "They are one."}

    shown, answer = preview_and_confirm(
        editor_client, f"/review/records/{ids.tigra}/merge/", fields
    )

    survivor = Entry.objects.get(pk=ids.mfa)
    assert Changeset.objects.count() == 3
    assert {(s.verb, s.subject) for s in shown.context["operations"]} == {
        ("Removed", "name"),
        ("Added", "name"),
        ("Removed", "presence"),
        ("Added", "presence"),
        ("Changed", "the record"),
    }
    assert answer.status_code == 302
    assert Entry.objects.get(pk=ids.tigra).state == "merged"
    assert [n.text for n in Name.objects.current().filter(record=ids.mfa).order_by("id")] == [
        "Migrant Forum in Asia",
        "TIGRA",
    ]
    assert survivor.state == "published"


def test_records_of_two_kinds_are_not_merged(editor_client, ids):
    answer = editor_client.post(
        f"/review/records/{ids.mfa}/merge/", {"into": str(ids.manila), "reason": "No."}
    )

    assert "Only two different records of one kind can be merged." in answer.content.decode()
    assert Changeset.objects.count() == 1


def test_finder_leads_to_the_page_of_the_kind(editor_client, ids):
    listed = editor_client.get("/admin/orgs/record/", {"q": "migrant"})
    pages = [
        editor_client.get(f"/admin/orgs/record/{n}/change/").url for n in (ids.mri, ids.boycott)
    ]

    assert {r.pk for r in listed.context["cl"].result_list} == {ids.mfa, ids.mri, ids.convention}
    assert pages == [address(ids.mri), address(ids.boycott)]


@pytest.mark.parametrize(
    "path",
    [
        "admin/orgs/organization/999999999/change/",
        "admin/orgs/record/abc/change/",
        "review/records/999999999/history/",
        "review/records/999999999/merge/",
        "review/records/99999999999999999999999999/tiers/",
        "review/records/withdraw/?ids=x,²,99999999999999999999999",
        "review/records/abc/history/",
        "review/proposals/abc/",
        "review/proposals/99999999999999999999999999/undo/",
        "review/proposals/?page=2",
    ],
)
def test_invalid_address_is_not_found(editor_client, ids, path):
    assert editor_client.get(f"/{path}").status_code in (302, 404)


@pytest.mark.parametrize("count", [1, 30])
def test_queue_takes_as_many_queries_for_many_proposals_as_for_one(
    editor_client, ids, count, django_assert_num_queries
):
    record = Record.objects.get(pk=ids.mfa)
    for number in range(count):
        author = Account.objects.create(email=f"{number}@example.org")
        changeset = Changeset(reason=f"Reason {number}", author=author, on_behalf=record)
        changeset.add("name", ids.mfa, text=f"Name {number}", source=ids.source)
        changeset.propose()
    editor_client.get("/review/proposals/")

    with django_assert_num_queries(8):
        answer = editor_client.get("/review/proposals/")

    assert len(answer.context["object_list"]) == count


def test_first_page_takes_as_many_queries_for_many_proposals(
    editor_client, ids, django_assert_num_queries
):
    for _ in range(10):
        proposal(ids)
    editor_client.get("/admin/")

    with django_assert_num_queries(16):
        editor_client.get("/admin/")


def test_a_reason_is_removed_by_a_moderator(editor_client, ids):
    change = proposal(ids).accept()
    assert "Remove its reason" in editor_client.get(page_of(change)).content.decode()

    preview_and_confirm(editor_client, page_of(change, "redact/"), {"reason": "It named a person."})

    change.refresh_from_db()
    assert (change.reason, change.reason_redacted) == ("", True)
    page = editor_client.get(page_of(change)).content.decode()
    assert "A moderator removed the reason." in page
    assert "Remove its reason" not in page
    assert editor_client.get(page_of(change, "redact/")).status_code == 404


def test_only_a_moderator_removes_a_reason(editor_client, ids):
    change = proposal(ids).accept()
    plain = signed_in(editor("plain@example.org", accepts=False))

    assert plain.get(page_of(change, "redact/")).status_code == 404
    assert "Remove its reason" not in plain.get(page_of(change)).content.decode()


@pytest.fixture
def named_elsewhere(ids):
    """A sentence about another record that names `ids.mfa`."""
    changeset = Changeset(reason="Nobody is named here.")
    changeset.add(
        "presence", ids.tigra, place=ids.manila, role="seat", source=ids.source,
        detail="In the house of the Migrant Forum in Asia.",
    )  # fmt: skip
    changeset.propose().accept()
    return Presence.objects.get(record=ids.tigra)


def test_mentions_of_a_record_are_shown_and_hidden_with_it(editor_client, ids, named_elsewhere):
    page = f"/review/records/restrict/?ids={ids.mfa}"
    fields = {"level": "name_withheld", "reason": "They asked."}
    before = editor_client.get(page).content.decode()
    assert "In the house of the Migrant Forum in Asia." in before

    preview_and_confirm(
        editor_client, page, {**fields, "mentions": [f"presence:{named_elsewhere.pk}"]}
    )

    change = Changeset.objects.latest("number")
    named_elsewhere.refresh_from_db()
    assert named_elsewhere.tier == Tier.REPRESENTATIVES
    assert [operation.id for operation in change.operations.record_changes] == [ids.mfa]
    assert [operation.id for operation in change.operations.restricts] == [named_elsewhere.pk]


def test_a_mention_can_be_left_as_it_is(editor_client, ids, named_elsewhere):
    page = f"/review/records/restrict/?ids={ids.mfa}"

    preview_and_confirm(editor_client, page, {"level": "hidden", "reason": "Danger."})

    named_elsewhere.refresh_from_db()
    assert named_elsewhere.tier == Tier.PUBLIC


def test_a_record_is_hidden_where_its_mentions_are_searched_for(editor_client, ids):
    levels = editor_client.get(address(ids.mfa)).context["adminform"].form.fields["level"].choices

    assert [value for value, _ in levels] == ["listed"]
