"""Questions about proposals: a moderator asks, the author answers, and the proposal waits
meanwhile.
"""

import pytest
from django.core.exceptions import ValidationError

from orgs.changes.apply import accept_part
from orgs.changes.changeset import Changeset
from orgs.projection.entry import Entry
from orgs.review.comment import Comment
from orgs.statements.name import Name
from tests.support.admin import catalogue, editor, signed_in

pytestmark = pytest.mark.django_db

QUEUE = "/admin/orgs/changeset/"


@pytest.fixture
def ids():
    return catalogue()


@pytest.fixture
def author(ids):
    return editor("author@example.org", accepts=False)


@pytest.fixture
def desk(ids):
    return signed_in(editor())


def proposal(ids, author):
    """Propose another name in the name of this account."""
    changeset = Changeset(reason="From its own page.", author=author)
    changeset.replace(Name.objects.get(record=ids.mfa), text="Migrant Forum")
    changeset.add("presence", ids.mfa, place=ids.manila, role="seat", source=ids.source)
    return changeset.propose()


def page_of(changeset):
    return f"/admin/orgs/changeset/{changeset.pk}/change/"


def asked(changeset, by, *texts):
    """Ask these questions about a proposal."""
    return [Comment.ask(changeset, by, text) for text in texts]


def test_question_and_answer_stand_on_the_proposal_which_waits(desk, ids, author):
    changeset = proposal(ids, author)
    own = signed_in(author)

    first = desk.post(page_of(changeset), {"_ask": "1", "comment": " Which page? "})
    second = own.post(page_of(changeset), {"_answer": "1", "comment": "“Who we are”."})

    changeset.refresh_from_db()
    shown = desk.get(page_of(changeset)).context["comments"]
    assert [first.url, second.url] == [page_of(changeset) + "#questions"] * 2
    assert [(r.asks, r.text, r.author_id == author.pk) for r in shown] == [
        (True, "Which page?", False),
        (False, "“Who we are”.", True),
    ]
    assert changeset.state == "proposed"


def test_first_page_shows_an_open_question_to_its_author_alone(desk, ids, author):
    changeset = proposal(ids, author)
    asked(changeset, editor("other@example.org"), "Which page?")
    own = signed_in(author)

    before = [one.question for one in own.get("/admin/").context["questions"]]
    others = desk.get("/admin/").context["questions"]
    Comment.answer(changeset, author, "This one.")
    after = own.get("/admin/").context["questions"]

    assert (before, others, after) == (["Which page?"], [], [])


def test_queue_tells_who_is_to_speak_next(desk, ids, author):
    changesets = [proposal(ids, author) for _ in range(3)]
    moderator = editor("other@example.org")
    asked(changesets[0], moderator, "One?")
    asked(changesets[1], moderator, "Two?")
    Comment.answer(changesets[1], author, "Yes.")

    found = {
        value: [
            one.pk for one in desk.get(f"/admin/orgs/changeset/?{value}").context["cl"].queryset
        ]
        for value in ("asked=open", "asked=answered", "asked=nonsense", "")
    }

    every = [one.pk for one in changesets]
    assert found == {
        "asked=open": every[:1],
        "asked=answered": every[1:2],
        "asked=nonsense": every,
        "": every,
    }


def test_queue_asks_as_often_with_questions_as_without(
    desk, ids, author, django_assert_num_queries
):
    moderator = editor("other@example.org")
    for number in range(10):
        asked(proposal(ids, author), moderator, *["Why?"] * number)
    desk.get("/admin/orgs/changeset/")

    with django_assert_num_queries(8):
        desk.get("/admin/orgs/changeset/")


def test_only_its_author_answers_and_only_who_accepts_asks(desk, ids, author):
    changeset = proposal(ids, author)
    asked(changeset, editor("other@example.org"), "Which page?")
    stranger = signed_in(editor("stranger@example.org", accepts=False))

    told = desk.post(page_of(changeset), {"_answer": "1", "comment": "I know."})
    refused = [
        stranger.post(page_of(changeset), {button: "1", "comment": "I know."}).status_code
        for button in ("_answer", "_ask")
    ]
    own = signed_in(author).post(page_of(changeset), {"_ask": "1", "comment": "Why?"}).status_code

    assert "Its author was asked. Only they answer here." in told.content.decode()
    assert (refused, own) == ([403, 403], 403)
    assert Comment.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("  ", "Write a sentence."),
        ("x" * 2001, "Keep it within 2000 characters."),
        ("a\x00b", "Null characters are not allowed."),
    ],
)
def test_comment_that_cannot_be_kept_is_told_and_stays_typed(desk, ids, author, text, sentence):
    changeset = proposal(ids, author)

    answer = desk.post(page_of(changeset), {"_ask": "1", "comment": text})

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert Comment.objects.count() == 0


def test_proposal_without_an_author_cannot_be_asked_about(desk, ids):
    changeset = proposal(ids, None)

    shown = desk.get(page_of(changeset)).content.decode()
    answer = desk.post(page_of(changeset), {"_ask": "1", "comment": "Why?"})

    assert 'name="_ask"' not in shown
    assert "This proposal has no author to ask." in answer.content.decode()


def test_decided_proposal_keeps_its_talk_and_takes_no_more(ids, author):
    changeset = proposal(ids, author)
    moderator = editor("other@example.org")
    asked(changeset, moderator, "Which page?")
    changeset.accept(moderator)

    with pytest.raises(ValidationError, match="decided already"):
        Comment.answer(changeset, author, "This one.")
    assert [comment.text for comment in Comment.objects.about(changeset)] == ["Which page?"]


def test_rest_of_a_proposal_shows_what_was_asked_about_the_whole(ids, author):
    changeset = proposal(ids, author)
    moderator = editor("other@example.org")
    asked(changeset, moderator, "Which page?")

    rest = accept_part(changeset, moderator, {"adds": {"presence": [0]}})

    assert [comment.text for comment in Comment.objects.about(rest)] == ["Which page?"]


def test_talk_leaves_the_catalogue_as_it_is(client, ids, author):
    changeset = proposal(ids, author)
    before = list(Entry.objects.order_by("pk").values_list("pk", "document"))
    asked(changeset, editor("other@example.org"), "Is quokkaword printed there?")

    pages = [client.get(path).content.decode() for path in ("/", "/organizations/mfa/history/")]

    assert list(Entry.objects.order_by("pk").values_list("pk", "document")) == before
    assert ["quokkaword" in page for page in pages] == [False, False]


def test_talk_outlives_its_people(ids, author):
    changeset = proposal(ids, author)
    moderator = editor("other@example.org")
    asked(changeset, moderator, "Which page?")

    moderator.delete()

    assert [(r.text, r.author) for r in Comment.objects.about(changeset)] == [("Which page?", None)]
