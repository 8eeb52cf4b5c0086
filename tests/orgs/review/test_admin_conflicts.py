"""Two editors at once: one saves, the other is shown both texts and loses no input."""

import pytest

from orgs.changes.changeset import Changeset
from orgs.projection.counter import Counter
from orgs.records.record import Record
from orgs.records.source import Tier
from orgs.records.term import Term
from orgs.statements.name import Name
from orgs.statements.presence import Presence
from tests.support.admin import Browser, add_row, address, catalogue, editor, signed_in, typed
from tests.support.racing import race

ROUNDS = 20


@pytest.fixture
def ids(db):
    return catalogue()


@pytest.fixture
def editor_client(ids):
    return signed_in(editor())


def test_stale_row_is_refused_with_both_texts(editor_client, ids):
    first = typed(editor_client.get(address(ids.mfa)))
    second = dict(first)
    first["name-0-text"] = "What the first editor typed"
    second["name-0-text"] = "What the second editor typed"
    second["name-0-note"] = "A comment of the second editor"
    add_row(second, "presence", place=ids.manila, role="seat", source=ids.source)
    editor_client.post(address(ids.mfa), first)

    answer = editor_client.post(address(ids.mfa), second)

    html = answer.content.decode()
    shown = typed(answer)
    current = Name.objects.current().get(record=ids.mfa)
    assert answer.status_code == 200
    assert "<del>What the first editor typed</del>" in html
    assert "<ins>What the second editor typed</ins>" in html
    assert (shown["name-0-text"], shown["name-0-note"], shown["presence-0-place"]) == (
        "What the second editor typed",
        "A comment of the second editor",
        str(ids.manila),
    )
    assert current.text == "What the first editor typed"
    assert Presence.objects.count() == 0
    assert Changeset.objects.count() == 2


def test_second_save_after_reading_both_texts_is_accepted(editor_client, ids):
    first = typed(editor_client.get(address(ids.mfa)))
    second = dict(first)
    first["name-0-text"] = "What the first editor typed"
    second["name-0-text"] = "What the second editor typed"
    editor_client.post(address(ids.mfa), first)
    refused = editor_client.post(address(ids.mfa), second)

    answer = editor_client.post(address(ids.mfa), typed(refused))

    names = Name.objects.filter(record=ids.mfa).order_by("id")
    assert answer.status_code == 302
    assert [(name.text, name.retired_id) for name in names] == [
        ("Migrant Forum in Asia", 2),
        ("What the first editor typed", 3),
        ("What the second editor typed", None),
    ]


def test_stale_row_that_the_editor_left_alone_is_no_conflict(editor_client, ids):
    first = typed(editor_client.get(address(ids.mfa)))
    second = dict(first)
    first["name-0-text"] = "What the first editor typed"
    add_row(second, "presence", place=ids.manila, role="seat", source=ids.source)
    editor_client.post(address(ids.mfa), first)

    answer = editor_client.post(address(ids.mfa), second)

    assert answer.status_code == 302
    assert Name.objects.current().get(record=ids.mfa).text == "What the first editor typed"
    assert Presence.objects.get().place_id == ids.manila


def test_stale_retirement_is_refused_with_the_present_text(editor_client, ids):
    first = typed(editor_client.get(address(ids.mfa)))
    second = dict(first) | {"name-0-DELETE": "on"}
    first["name-0-text"] = "What the first editor typed"
    editor_client.post(address(ids.mfa), first)

    answer = editor_client.post(address(ids.mfa), second)

    assert answer.status_code == 200
    assert "What the first editor typed" in answer.content.decode()
    assert Name.objects.current().get(record=ids.mfa).text == "What the first editor typed"


def test_edit_of_a_retired_row_is_refused_and_offered_as_a_new_row(editor_client, ids):
    first = typed(editor_client.get(address(ids.mfa)))
    second = dict(first) | {"name-0-text": "What the second editor typed"}
    editor_client.post(address(ids.mfa), first | {"name-0-DELETE": "on"})
    refused = editor_client.post(address(ids.mfa), second)

    answer = editor_client.post(address(ids.mfa), typed(refused))

    assert refused.status_code == 200
    assert "This statement was retired" in refused.content.decode()
    assert answer.status_code == 302
    assert [name.text for name in Name.objects.current().filter(record=ids.mfa)] == [
        "What the second editor typed"
    ]


def test_stale_page_does_not_publish_a_statement_hidden_since(editor_client, ids):
    old = typed(editor_client.get(address(ids.mfa)))
    changeset = Changeset()
    changeset.restrict(Name.objects.get(record=ids.mfa), Tier.REPRESENTATIVES)
    changeset.propose().accept()

    untouched = editor_client.post(address(ids.mfa), dict(old))
    edited = editor_client.post(address(ids.mfa), old | {"name-0-note": "A comment"})

    assert (untouched.status_code, edited.status_code) == (302, 200)
    assert "representatives" in edited.content.decode()
    assert [name.tier for name in Name.objects.filter(record=ids.mfa)] == [Tier.REPRESENTATIVES]


def test_stale_address_is_refused_beside_its_field_with_both_texts(editor_client, ids):
    first = typed(editor_client.get(address(ids.mfa)))
    second = dict(first) | {"slug": "second-address"}
    editor_client.post(address(ids.mfa), first | {"slug": "first-address"})

    answer = editor_client.post(address(ids.mfa), second)

    assert answer.context["adminform"].form.errors["slug"] == [
        "Another person changed this before you. It now says “first-address”. You typed "
        "“second-address”. Save again to replace it with yours."
    ]
    assert Record.objects.get(pk=ids.mfa).slug == "first-address"


def test_level_changed_by_another_editor_is_left_alone(editor_client, ids):
    old = typed(editor_client.get(address(ids.mfa)))
    changeset = Changeset()
    changeset.change_record(Record.objects.get(pk=ids.mfa), level="hidden")
    changeset.propose().accept()

    answer = editor_client.post(address(ids.mfa), old | {"slug": "another-address"})

    record = Record.objects.get(pk=ids.mfa)
    assert answer.status_code == 302
    assert (record.slug, record.level) == ("another-address", "hidden")


def test_stale_term_is_refused_with_both_texts(editor_client, ids):
    page = f"/admin/orgs/term/{ids.women}/change/"
    first = typed(editor_client.get(page))
    second = dict(first) | {"labels": "en: women of the second editor"}
    editor_client.post(page, first | {"labels": "en: women of the first editor"})

    answer = editor_client.post(page, second)

    html = answer.content.decode()
    assert answer.status_code == 200
    assert "It now says “en: women of the first editor”" in html
    assert "You typed “en: women of the second editor”" in html
    assert Term.objects.get(pk=ids.women).labels == {"en": "women of the first editor"}


def test_of_six_racing_editors_exactly_one_wins_each_round(own_database):
    ids = catalogue()
    clients = [signed_in(editor(f"{number}@example.org"), Browser) for number in range(6)]

    for round_number in range(ROUNDS):
        fields = typed(clients[0].get(address(ids.mfa)))
        texts = [f"round {round_number} editor {number}" for number in range(6)]
        posts = [
            (client, address(ids.mfa), {**fields, "name-0-text": text})
            for client, text in zip(clients, texts, strict=True)
        ]

        answers = race(posts)

        accepted = [text for text, a in zip(texts, answers, strict=True) if a.status_code == 302]
        refused = [(t, a) for t, a in zip(texts, answers, strict=True) if a.status_code == 200]
        current = [name.text for name in Name.objects.current().filter(record=ids.mfa)]
        assert (len(accepted), len(refused)) == (1, 5)
        assert current == accepted
        for text, answer in refused:
            html = answer.content.decode()
            assert f"<del>{accepted[0]}</del>" in html
            assert typed(answer)["name-0-text"] == text

    numbers = list(Changeset.objects.accepted().order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, ROUNDS + 2))
    assert Counter.objects.get().number == ROUNDS + 1
    assert Changeset.objects.count() == ROUNDS + 1


def test_same_form_sent_six_times_at_once_counts_once(own_database):
    ids = catalogue()
    editor_client = signed_in(editor(), Browser)
    fields = typed(editor_client.get(address(ids.mfa)))
    add_row(fields, "presence", place=ids.manila, role="acts_in", source=ids.source)

    answers = race([(editor_client, address(ids.mfa), dict(fields)) for _ in range(6)])

    assert [answer.status_code for answer in answers] == [302] * 6
    assert Presence.objects.count() == 1
    assert Changeset.objects.count() == 2


def test_proposal_accepted_by_six_at_once_is_accepted_once(own_database):
    ids = catalogue()
    clients = [signed_in(editor(f"{number}@example.org"), Browser) for number in range(6)]
    changeset = Changeset(reason="A name is missing.")
    changeset.add("name", ids.mfa, text="MFA", name_kind="acronym", source=ids.source)
    changeset.propose()
    page = f"/review/proposals/{changeset.pk}/"

    answers = race([(client, page, {"_accept": "1"}) for client in clients])

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 200, 302]
    assert Name.objects.filter(text="MFA").count() == 1
    assert Counter.objects.get().number == 2
