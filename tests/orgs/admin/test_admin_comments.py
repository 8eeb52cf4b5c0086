"""Comments on proposals: a moderator asks, the author answers, and the proposal stays pending."""

import pytest
from django.core.exceptions import ValidationError

from orgs.changes.apply import accept_part
from orgs.changes.changeset import Changeset
from orgs.projection.entry import Entry
from orgs.review.comment import Comment
from orgs.statements.name import Name
from tests.support.admin import catalogue, editor, signed_in

pytestmark = pytest.mark.django_db

QUEUE = "/review/proposals/"


@pytest.fixture
def ids():
    return catalogue()


@pytest.fixture
def author(ids):
    return editor("author@example.org", accepts=False)


@pytest.fixture
def editor_client(ids):
    return signed_in(editor())


def proposal(ids, author):
    changeset = Changeset(reason="From its own page.", author=author)
    changeset.replace(Name.objects.get(record=ids.mfa), text="Migrant Forum")
    changeset.add("presence", ids.mfa, place=ids.manila, role="seat", source=ids.source)
    return changeset.propose()


def page_of(changeset):
    return f"/review/proposals/{changeset.pk}/"


def ask(changeset, by, *texts):
    return [Comment.ask(changeset, by, text) for text in texts]


def test_comments_are_shown_on_the_pending_proposal(editor_client, ids, author):
    changeset = proposal(ids, author)
    own = signed_in(author)

    first = editor_client.post(page_of(changeset), {"_ask": "1", "comment": " Which page? "})
    second = own.post(page_of(changeset), {"_answer": "1", "comment": "“Who we are”."})

    changeset.refresh_from_db()
    shown = editor_client.get(page_of(changeset)).context["comments"]
    assert [first.url, second.url] == [page_of(changeset) + "#questions"] * 2
    assert [(r.is_question, r.text, r.author_id == author.pk) for r in shown] == [
        (True, "Which page?", False),
        (False, "“Who we are”.", True),
    ]
    assert changeset.state == "proposed"


def test_first_page_shows_an_open_question_to_its_author_alone(editor_client, ids, author):
    changeset = proposal(ids, author)
    ask(changeset, editor("other@example.org"), "Which page?")
    own = signed_in(author)

    before = [comment.question for comment in own.get("/admin/").context["questions"]]
    others = editor_client.get("/admin/").context["questions"]
    Comment.answer(changeset, author, "This one.")
    after = own.get("/admin/").context["questions"]

    assert (before, others, after) == (["Which page?"], [], [])


def test_proposals_are_filtered_by_open_and_answered_questions(editor_client, ids, author):
    changesets = [proposal(ids, author) for _ in range(3)]
    moderator = editor("other@example.org")
    ask(changesets[0], moderator, "One?")
    ask(changesets[1], moderator, "Two?")
    Comment.answer(changesets[1], author, "Yes.")

    listed = {
        value: [
            changeset.pk
            for changeset in editor_client.get(f"/review/proposals/?{value}").context["object_list"]
        ]
        for value in ("asked=open", "asked=answered", "asked=nonsense", "")
    }

    every = [changeset.pk for changeset in changesets]
    assert listed == {
        "asked=open": every[:1],
        "asked=answered": every[1:2],
        "asked=nonsense": [],
        "": every,
    }


def test_queue_takes_as_many_queries_with_comments_as_without(
    editor_client, ids, author, django_assert_num_queries
):
    moderator = editor("other@example.org")
    for number in range(10):
        ask(proposal(ids, author), moderator, *["Why?"] * number)
    editor_client.get("/review/proposals/")

    with django_assert_num_queries(8):
        editor_client.get("/review/proposals/")


def test_only_the_author_answers_and_only_moderators_ask(editor_client, ids, author):
    changeset = proposal(ids, author)
    ask(changeset, editor("other@example.org"), "Which page?")
    stranger = signed_in(editor("stranger@example.org", accepts=False))

    answer = editor_client.post(page_of(changeset), {"_answer": "1", "comment": "I know."})
    refused = [
        stranger.post(page_of(changeset), {button: "1", "comment": "I know."}).status_code
        for button in ("_answer", "_ask")
    ]
    own = signed_in(author).post(page_of(changeset), {"_ask": "1", "comment": "Why?"}).status_code

    assert "Its author was asked. Only they answer here." in answer.content.decode()
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
def test_invalid_comment_shows_an_error(editor_client, ids, author, text, sentence):
    changeset = proposal(ids, author)

    answer = editor_client.post(page_of(changeset), {"_ask": "1", "comment": text})

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert Comment.objects.count() == 0


def test_proposal_without_an_author_takes_no_question(editor_client, ids):
    changeset = proposal(ids, None)

    shown = editor_client.get(page_of(changeset)).content.decode()
    answer = editor_client.post(page_of(changeset), {"_ask": "1", "comment": "Why?"})

    assert 'name="_ask"' not in shown
    assert "This proposal has no author to ask." in answer.content.decode()


def test_decided_proposal_keeps_its_comments_and_takes_no_more(ids, author):
    changeset = proposal(ids, author)
    moderator = editor("other@example.org")
    ask(changeset, moderator, "Which page?")
    changeset.accept(moderator)

    with pytest.raises(ValidationError, match="decided already"):
        Comment.answer(changeset, author, "This one.")
    assert [comment.text for comment in Comment.objects.about(changeset)] == ["Which page?"]


def test_rest_of_a_proposal_shows_the_comments_on_the_whole(ids, author):
    changeset = proposal(ids, author)
    moderator = editor("other@example.org")
    ask(changeset, moderator, "Which page?")

    rest = accept_part(changeset, moderator, {"adds": {"presence": [0]}})

    assert [comment.text for comment in Comment.objects.about(rest)] == ["Which page?"]


def test_comments_do_not_change_the_catalogue(client, ids, author):
    changeset = proposal(ids, author)
    before = list(Entry.objects.order_by("pk").values_list("pk", "document"))
    ask(changeset, editor("other@example.org"), "Is quokkaword printed there?")

    pages = [client.get(path).content.decode() for path in ("/", "/organizations/mfa/history/")]

    assert list(Entry.objects.order_by("pk").values_list("pk", "document")) == before
    assert ["quokkaword" in page for page in pages] == [False, False]


def test_comments_outlive_their_authors(ids, author):
    changeset = proposal(ids, author)
    moderator = editor("other@example.org")
    ask(changeset, moderator, "Which page?")

    moderator.delete()

    assert [(r.text, r.author) for r in Comment.objects.about(changeset)] == [("Which page?", None)]
