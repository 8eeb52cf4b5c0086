"""Two editors at once: one wins, the other reads both texts, and nothing typed is lost."""

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
def desk(ids):
    return signed_in(editor())


def test_stale_row_is_refused_with_both_texts(desk, ids):
    first = typed(desk.get(address(ids.mfa)))
    second = dict(first)
    first["name-0-text"] = "What the first editor typed"
    second["name-0-text"] = "What the second editor typed"
    second["name-0-note"] = "A comment of the second editor"
    add_row(second, "presence", place=ids.manila, role="seat", source=ids.source)
    desk.post(address(ids.mfa), first)

    answer = desk.post(address(ids.mfa), second)

    html = answer.content.decode()
    kept = typed(answer)
    current = Name.objects.current().get(record=ids.mfa)
    assert answer.status_code == 200
    assert "<del>What the first editor typed</del>" in html
    assert "<ins>What the second editor typed</ins>" in html
    assert (kept["name-0-text"], kept["name-0-note"], kept["presence-0-place"]) == (
        "What the second editor typed",
        "A comment of the second editor",
        str(ids.manila),
    )
    assert current.text == "What the first editor typed"
    assert Presence.objects.count() == 0
    assert Changeset.objects.count() == 2


def test_second_save_after_reading_both_texts_is_meant(desk, ids):
    first = typed(desk.get(address(ids.mfa)))
    second = dict(first)
    first["name-0-text"] = "What the first editor typed"
    second["name-0-text"] = "What the second editor typed"
    desk.post(address(ids.mfa), first)
    refused = desk.post(address(ids.mfa), second)

    answer = desk.post(address(ids.mfa), typed(refused))

    names = Name.objects.filter(record=ids.mfa).order_by("id")
    assert answer.status_code == 302
    assert [(name.text, name.retired_id) for name in names] == [
        ("Migrant Forum in Asia", 2),
        ("What the first editor typed", 3),
        ("What the second editor typed", None),
    ]


def test_stale_row_that_the_editor_left_alone_stands_in_nobodys_way(desk, ids):
    first = typed(desk.get(address(ids.mfa)))
    second = dict(first)
    first["name-0-text"] = "What the first editor typed"
    add_row(second, "presence", place=ids.manila, role="seat", source=ids.source)
    desk.post(address(ids.mfa), first)

    answer = desk.post(address(ids.mfa), second)

    assert answer.status_code == 302
    assert Name.objects.current().get(record=ids.mfa).text == "What the first editor typed"
    assert Presence.objects.get().place_id == ids.manila


def test_stale_tick_is_refused_with_what_is_said_now(desk, ids):
    first = typed(desk.get(address(ids.mfa)))
    second = dict(first) | {"name-0-DELETE": "on"}
    first["name-0-text"] = "What the first editor typed"
    desk.post(address(ids.mfa), first)

    answer = desk.post(address(ids.mfa), second)

    assert answer.status_code == 200
    assert "What the first editor typed" in answer.content.decode()
    assert Name.objects.current().get(record=ids.mfa).text == "What the first editor typed"


def test_edit_of_a_retired_row_is_refused_and_kept_to_be_said_anew(desk, ids):
    first = typed(desk.get(address(ids.mfa)))
    second = dict(first) | {"name-0-text": "What the second editor typed"}
    desk.post(address(ids.mfa), first | {"name-0-DELETE": "on"})
    refused = desk.post(address(ids.mfa), second)

    answer = desk.post(address(ids.mfa), typed(refused))

    assert refused.status_code == 200
    assert "This statement was retired" in refused.content.decode()
    assert answer.status_code == 302
    assert [name.text for name in Name.objects.current().filter(record=ids.mfa)] == [
        "What the second editor typed"
    ]


def test_old_page_does_not_open_what_was_hidden_since(desk, ids):
    old = typed(desk.get(address(ids.mfa)))
    changeset = Changeset()
    changeset.restrict(Name.objects.get(record=ids.mfa), Tier.REPRESENTATIVES)
    changeset.propose().accept()

    untouched = desk.post(address(ids.mfa), dict(old))
    edited = desk.post(address(ids.mfa), old | {"name-0-note": "A comment"})

    assert (untouched.status_code, edited.status_code) == (302, 200)
    assert "representatives" in edited.content.decode()
    assert [name.tier for name in Name.objects.filter(record=ids.mfa)] == [Tier.REPRESENTATIVES]


def test_stale_address_is_refused_beside_its_field_with_both_texts(desk, ids):
    first = typed(desk.get(address(ids.mfa)))
    second = dict(first) | {"slug": "second-address"}
    desk.post(address(ids.mfa), first | {"slug": "first-address"})

    answer = desk.post(address(ids.mfa), second)

    assert answer.context["adminform"].form.errors["slug"] == [
        "Another person changed this before you. It now says “first-address”. You typed "
        "“second-address”. Save again to replace it with yours."
    ]
    assert Record.objects.get(pk=ids.mfa).slug == "first-address"


def test_level_that_somebody_else_changed_is_left_alone(desk, ids):
    old = typed(desk.get(address(ids.mfa)))
    changeset = Changeset()
    changeset.change_record(Record.objects.get(pk=ids.mfa), level="hidden")
    changeset.propose().accept()

    answer = desk.post(address(ids.mfa), old | {"slug": "another-address"})

    record = Record.objects.get(pk=ids.mfa)
    assert answer.status_code == 302
    assert (record.slug, record.level) == ("another-address", "hidden")


def test_stale_term_is_refused_with_both_texts(desk, ids):
    page = f"/admin/orgs/term/{ids.women}/change/"
    first = typed(desk.get(page))
    second = dict(first) | {"labels": "en: women of the second editor"}
    desk.post(page, first | {"labels": "en: women of the first editor"})

    answer = desk.post(page, second)

    html = answer.content.decode()
    assert answer.status_code == 200
    assert "It now says “en: women of the first editor”" in html
    assert "You typed “en: women of the second editor”" in html
    assert Term.objects.get(pk=ids.women).labels == {"en": "women of the first editor"}


def test_of_six_racing_editors_exactly_one_wins_each_round(own_database):
    ids = catalogue()
    desks = [signed_in(editor(f"{number}@example.org"), Browser) for number in range(6)]

    for round_number in range(ROUNDS):
        fields = typed(desks[0].get(address(ids.mfa)))
        words = [f"round {round_number} editor {number}" for number in range(6)]
        posts = [
            (desk, address(ids.mfa), {**fields, "name-0-text": text})
            for desk, text in zip(desks, words, strict=True)
        ]

        answers = race(posts)

        won = [text for text, a in zip(words, answers, strict=True) if a.status_code == 302]
        lost = [(t, a) for t, a in zip(words, answers, strict=True) if a.status_code == 200]
        current = [name.text for name in Name.objects.current().filter(record=ids.mfa)]
        assert (len(won), len(lost)) == (1, 5)
        assert current == won
        for text, answer in lost:
            html = answer.content.decode()
            assert f"<del>{won[0]}</del>" in html
            assert typed(answer)["name-0-text"] == text

    numbers = list(Changeset.objects.accepted().order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, ROUNDS + 2))
    assert Counter.objects.get().number == ROUNDS + 1
    assert Changeset.objects.count() == ROUNDS + 1


def test_same_form_sent_six_times_at_once_counts_once(own_database):
    ids = catalogue()
    desk = signed_in(editor(), Browser)
    fields = typed(desk.get(address(ids.mfa)))
    add_row(fields, "presence", place=ids.manila, role="acts_in", source=ids.source)

    answers = race([(desk, address(ids.mfa), dict(fields)) for _ in range(6)])

    assert [answer.status_code for answer in answers] == [302] * 6
    assert Presence.objects.count() == 1
    assert Changeset.objects.count() == 2


def test_proposal_accepted_by_six_at_once_is_accepted_once(own_database):
    ids = catalogue()
    desks = [signed_in(editor(f"{number}@example.org"), Browser) for number in range(6)]
    changeset = Changeset(reason="A name is missing.")
    changeset.add("name", ids.mfa, text="MFA", name_kind="acronym", source=ids.source)
    changeset.propose()
    page = f"/admin/orgs/changeset/{changeset.pk}/change/"

    answers = race([(desk, page, {"_accept": "1"}) for desk in desks])

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 200, 302]
    assert Name.objects.filter(text="MFA").count() == 1
    assert Counter.objects.get().number == 2
