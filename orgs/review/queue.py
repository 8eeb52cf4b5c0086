"""All that waits for an editor in one queue: proposals, imports, readers' corrections.

What is urgent comes first, then what has waited longest. Another kind of thing that waits is
another subclass of `Kind` in `KINDS`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import BooleanField, CharField, Exists, F, OuterRef, Q, Value
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy

from orgs.access.account import Account
from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset
from orgs.claims.claim import Claim

from .assignment import Assignment
from .choices import called
from .comment import with_last_comment
from .correction import Correction
from .reading_log import note, note_proposals
from .review import to_review
from .unlisted import warned_of

PAGE = 50
"""How many things a page of the queue shows."""


@dataclass
class Waiting:
    """One thing that waits: what it is, why, about whom, from whom, since when."""

    kind: "Kind"
    number: int
    title: str
    url: str
    since: datetime
    why: str = ""
    about: str = ""
    author: str = ""
    urgent: bool = False
    turn: str = ""
    assignee: str = ""


class Kind:
    """A kind of item of the queue. `assignment_name` is its kind in `Assignment.what`."""

    name: ClassVar[str]
    title: ClassVar[str | Promise]
    assignment_name: ClassVar[str]
    right: ClassVar[Right] = Right.USE_ADMIN
    """Who may see that any waits."""

    def rows(self) -> Any:
        """Return all that waits of this kind, with `urgent` and `since`."""
        raise NotImplementedError

    def turn(self, rows: Any, whose: str) -> Any:
        """Return those that wait for their author ("author") or for an editor ("editor")."""
        return rows if whose == "editor" else rows.none()

    def labelled(self, rows: Any, label: str) -> Any:
        """Return those that are part of what has this name."""
        return rows.none()

    def told(self, numbers: Iterable[int], account: Any) -> list[Waiting]:
        """Return what a page of the queue says to an account of those with these numbers."""
        raise NotImplementedError


class Proposals(Kind):
    """Proposals that people wrote: on the desk or in a form."""

    name = "proposal"
    title = gettext_lazy("Proposals")
    assignment_name = "proposal"

    def rows(self) -> Any:
        """Return the proposals that wait and are part of no import."""
        return self.waiting().filter(label="")

    def waiting(self) -> Any:
        """Return all proposals that wait."""
        return with_last_comment(Changeset.objects.proposed()).annotate(
            urgent=Value(False, BooleanField()), since=F("proposed_at")
        )

    def turn(self, rows: Any, whose: str) -> Any:
        """Return those about which a question is open, or the others."""
        if whose == "author":
            return rows.filter(asked=True)
        return rows.filter(Q(asked=False) | Q(asked=None))

    def labelled(self, rows: Any, label: str) -> Any:
        """Return those of one import."""
        return rows.filter(label=label)

    def told(self, numbers: Iterable[int], account: Any) -> list[Waiting]:
        """Return what a page says of these proposals."""
        changesets = with_last_comment(Changeset.objects.filter(pk__in=numbers)).defer("operations")
        words = {True: gettext("waiting for its author"), False: gettext("answered")}
        return [
            Waiting(
                self,
                one.pk,
                capfirst(str(one)),
                reverse("admin:orgs_changeset_change", args=(one.pk,)),
                one.proposed_at,
                " · ".join(filter(None, (one.reason, one.label))),
                one.speaks_for or "",
                str(one.author or ""),
                turn=words.get(one.asked, ""),
            )
            for one in changesets.select_related("author").annotate(
                speaks_for=called("on_behalf_id", account)
            )
        ]


class Imports(Proposals):
    """Proposals that are part of an import or another piece of work with a name."""

    name = "import"
    title = gettext_lazy("Imports")

    def rows(self) -> Any:
        """Return the proposals that wait and are part of something."""
        return self.waiting().exclude(label="")


class Reviews(Proposals):
    """What trusted representatives said and what went live at once: it waits for somebody to see
    it.
    """

    name = "review"
    title = gettext_lazy("Live already, to be seen")
    right = Right.DECIDE

    def rows(self) -> Any:
        """Return the accepted proposals that nobody has seen."""
        return with_last_comment(to_review()).annotate(
            urgent=Value(False, BooleanField()), since=F("decided_at")
        )


class Corrections(Kind):
    """What readers say is not right."""

    name = "correction"
    title = gettext_lazy("Corrections")
    assignment_name = "correction"
    right = Right.SEE_CORRECTIONS

    def rows(self) -> Any:
        """Return the corrections that wait."""
        return Correction.objects.waiting().annotate(since=F("sent_at"))

    def told(self, numbers: Iterable[int], account: Any) -> list[Waiting]:
        """Return what a page says of these corrections."""
        rows = Correction.objects.filter(pk__in=numbers).annotate(
            label=called("record_id", account)
        )
        return [
            Waiting(
                self,
                one.pk,
                capfirst(str(one)),
                reverse("admin:orgs_correction_change", args=(one.pk,)),
                one.sent_at,
                one.right or one.wrong,
                one.label,
                gettext("a reader"),
                one.urgent,
            )
            for one in rows
        ]


class Claims(Kind):
    """Claims to speak for a body that a moderator has to look at."""

    name = "claim"
    title = gettext_lazy("Claims")
    assignment_name = "claim"
    right = Right.MANAGE_CLAIMS

    def rows(self) -> Any:
        """Return the claims that wait."""
        return Claim.objects.pending().annotate(
            urgent=Value(False, BooleanField()), since=F("begun")
        )

    def told(self, numbers: Iterable[int], account: Any) -> list[Waiting]:
        """Return what a page says of these claims; what is written in them stands on theirs."""
        rows = Claim.objects.filter(pk__in=numbers).select_related("account")
        return [
            Waiting(
                self,
                one.pk,
                gettext("Claim %(number)s") % {"number": one.pk},
                reverse("admin:orgs_claim_change", args=(one.pk,)),
                one.begun,
                one.get_way_display(),
                one.label or "",
                str(one.account),
            )
            for one in rows.annotate(label=called("record_id", account))
        ]


KINDS: tuple[Kind, ...] = (Corrections(), Proposals(), Imports(), Claims(), Reviews())
"""All that can wait. What has gone live already waits too, but for nobody's decision."""


@dataclass
class Choice:
    """One answer to one question of the queue, as a link."""

    display: str
    query_string: str
    selected: bool


@dataclass
class Queue:
    """What waits and fits the questions that were asked."""

    asked: dict[str, str]
    account: Any
    page: int = 1
    waiting: list[Waiting] = field(default_factory=list)
    count: int = 0

    @property
    def query(self) -> str:
        """Return the question, to come back to."""
        return urlencode(self.asked)

    def kinds(self) -> list[Kind]:
        """Return the kinds that are asked for: all that wait for a decision, unless told."""
        wanted = self.asked.get("kind")
        open_to = [kind for kind in KINDS if can(self.account, kind.right)]
        return [kind for kind in open_to if kind.name == wanted] or [
            kind for kind in open_to if kind.name != "review"
        ]

    def rows(self, kind: Kind) -> Any:
        """Return what waits of a kind and fits."""
        rows = kind.rows().visible_to(self.account)
        if self.asked.get("turn"):
            rows = kind.turn(rows, self.asked["turn"])
        if self.asked.get("label"):
            rows = kind.labelled(rows, self.asked["label"])
        assigned = Assignment.objects.current().filter(
            what=kind.assignment_name, number=OuterRef("pk")
        )
        if self.asked.get("assignee") == "me":
            rows = rows.filter(Exists(assigned.filter(account=self.account)))
        elif self.asked.get("assignee") == "none":
            rows = rows.exclude(Exists(assigned))
        return rows

    def read(self) -> "Queue":
        """Find what fits, and return it with this page of it."""
        each = [(kind, self.rows(kind)) for kind in self.kinds()]
        self.count = sum(rows.order_by().count() for _, rows in each)
        merged = [
            rows.order_by()
            .annotate(kind=Value(kind.name, CharField()))
            .values_list("kind", "pk", "urgent", "since")
            for kind, rows in each
        ]
        first = (self.page - 1) * PAGE
        one, *others = merged
        ordered = (one.union(*others, all=True) if others else one).order_by(
            "-urgent", "since", "pk"
        )
        keys = [(row[0], row[1]) for row in ordered[first : first + PAGE]]
        told: dict = {}
        for kind, _ in each:
            numbers = [number for name, number in keys if name == kind.name]
            if numbers:
                said = kind.told(numbers, self.account)
                told |= {(kind.name, item.number): item for item in said}
        self.waiting = [told[key] for key in keys if key in told]
        self._warn()
        self._assignments()
        return self

    def _warn(self) -> None:
        """Say of what is live already if it is on the register of what is never to be listed."""
        live = {item.number: item for item in self.waiting if item.kind.name == Reviews.name}
        changes = list(Changeset.objects.filter(pk__in=live)) if live else []
        for number, warning in warned_of(changes, self.account).items():
            live[number].urgent = True
            live[number].why = " · ".join(filter(None, (warning, live[number].why)))

    def _assignments(self) -> None:
        """Add the assignees of the items on this page."""
        numbers = {item.number for item in self.waiting}
        assignments = (
            Assignment.objects.current().filter(number__in=numbers).select_related("account")
        )
        assignees = {(one.what, one.number): str(one.account) for one in assignments}
        for item in self.waiting:
            item.assignee = assignees.get((item.kind.assignment_name, item.number), "")

    @property
    def more(self) -> str:
        """Return the question that asks for the next page, or ""."""
        return self.with_answer("p", str(self.page + 1)) if self.count > self.page * PAGE else ""

    def with_answer(self, name: str, answer: str) -> str:
        """Return this question with another answer; "" takes it out."""
        asked = {**self.asked, name: answer}
        return "?" + urlencode({one: text for one, text in asked.items() if text})

    def filters(self) -> list[tuple[str, list[Choice]]]:
        """Return the questions with their answers, each as a link."""
        readable = Changeset.objects.proposed().visible_to(self.account)
        labels = readable.exclude(label="").order_by("label")
        questions = {
            "kind": (
                gettext("kind"),
                [(kind.name, str(kind.title)) for kind in KINDS if can(self.account, kind.right)],
            ),
            "turn": (
                gettext("waiting for"),
                [("editor", gettext("an editor")), ("author", gettext("the author"))],
            ),
            "assignee": (
                gettext("assigned to"),
                [("me", gettext("me")), ("none", gettext("no one"))],
            ),
            "label": (
                gettext("part of"),
                [(one, one) for one in labels.values_list("label", flat=True).distinct()[:50]],
            ),
        }
        return [
            (
                title,
                [
                    Choice(text, self.with_answer(name, answer), self.asked.get(name, "") == answer)
                    for answer, text in (("", gettext("all")), *answers)
                ],
            )
            for name, (title, answers) in questions.items()
            if answers
        ]


def asked_in(query: QueryDict) -> dict[str, str]:
    """Return the questions to the queue that a query holds; whatever else is in it is left out."""
    known = {
        "kind": {kind.name for kind in KINDS},
        "turn": {"author", "editor"},
        "assignee": {"me", "none"},
        "label": {str(query.get("label", ""))[:120]} - {""},
    }
    return {name: str(query[name]) for name in known if query.get(name) in known[name]}


def queue_of(request: HttpRequest) -> Queue:
    """Return the queue that a request asks for."""
    page = request.GET.get("p", "")
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 5 else 1
    queue = Queue(asked_in(request.GET), request.user, max(number, 1)).read()
    note_queue(request, queue.waiting)
    return queue


def note_queue(request: HttpRequest, shown: Iterable[Waiting]) -> None:
    """Note that a page shows things that wait and are not public."""
    changesets = []
    for item in shown:
        if item.kind.right == Right.USE_ADMIN:
            changesets.append(item.number)
        else:
            note(request, item.kind.right, "queue")
    note_proposals(request, changesets)


def back_to(request: HttpRequest) -> str:
    """Return the address of the queue from which a page was opened, with its questions."""
    query = urlencode(asked_in(QueryDict(request.GET.get("in", "")[:1_000])))
    return reverse("admin:orgs_changeset_queue") + (f"?{query}" if query else "")


@dataclass
class AssignmentState:
    """Whom an item is assigned to."""

    assignee: Account | None
    mine: bool


def assignment_state(request: HttpRequest, what: str, number: int) -> AssignmentState:
    """Return whom an item is assigned to."""
    assignments = (
        Assignment.objects.current().filter(what=what, number=number).select_related("account")
    )
    assignment = assignments.first()
    return AssignmentState(
        assignment.account if assignment else None,
        assignment is not None and assignment.account == request.user,
    )


def changed_assignment(request: HttpRequest, what: str, number: int) -> bool:
    """Assign or release an item if its button was pressed. Returns whether one was."""
    if "_assign" in request.POST:
        Assignment.assign(request.user, what, number)
    elif "_release" in request.POST:
        Assignment.release(request.user, what, number)
    else:
        return False
    return True
