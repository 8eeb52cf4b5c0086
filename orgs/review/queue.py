"""The review queue: proposals, imports, readers' corrections and claims.

Urgent items come first, then the oldest. To add another kind of item, subclass `ItemKind` and list
it in `KINDS`.
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
from .choices import label_expression
from .comment import with_last_comment
from .correction import Correction
from .reading_log import note, note_proposals
from .register_warnings import register_warnings
from .trusted_changes import to_review

PAGE_SIZE = 50
"""How many items one page shows."""


@dataclass
class QueueItem:
    kind: "ItemKind"
    number: int
    title: str
    url: str
    since: datetime
    why: str = ""
    about: str = ""
    author: str = ""
    urgent: bool = False
    status: str = ""
    assignee: str = ""


class ItemKind:
    """A kind of queue item. `assignment_name` is its kind in `Assignment.item_kind`."""

    name: ClassVar[str]
    title: ClassVar[str | Promise]
    assignment_name: ClassVar[str]
    right: ClassVar[Right] = Right.USE_ADMIN
    """Who may see that there are pending items."""

    def queryset(self) -> Any:
        """The pending items, annotated with `urgent` and `since`."""
        raise NotImplementedError

    def filter_by_turn(self, rows: Any, whose: str) -> Any:
        """Those waiting for their author ("author") or for an editor ("editor")."""
        return rows if whose == "editor" else rows.none()

    def with_label(self, rows: Any, label: str) -> Any:
        """Those that belong to the import with this label."""
        return rows.none()

    def items(self, pks: Iterable[int], account: Any) -> list[QueueItem]:
        """Load the items with these primary keys, as the account sees them."""
        raise NotImplementedError


class Proposals(ItemKind):
    """Proposals written by people, in the admin or in a form."""

    name = "proposal"
    title = gettext_lazy("Proposals")
    assignment_name = "proposal"

    def queryset(self) -> Any:
        """Pending proposals outside imports."""
        return self.pending().filter(label="")

    def pending(self) -> Any:
        return with_last_comment(Changeset.objects.proposed()).annotate(
            urgent=Value(False, BooleanField()), since=F("proposed_at")
        )

    def filter_by_turn(self, rows: Any, whose: str) -> Any:
        """Proposals with an open question wait for their author."""
        if whose == "author":
            return rows.filter(last_is_question=True)
        return rows.filter(Q(last_is_question=False) | Q(last_is_question=None))

    def with_label(self, rows: Any, label: str) -> Any:
        return rows.filter(label=label)

    def items(self, pks: Iterable[int], account: Any) -> list[QueueItem]:
        changesets = with_last_comment(Changeset.objects.filter(pk__in=pks)).defer("operations")
        statuses = {True: gettext("waiting for its author"), False: gettext("answered")}
        return [
            QueueItem(
                self,
                changeset.pk,
                capfirst(str(changeset)),
                reverse("review-proposal", args=(changeset.pk,)),
                changeset.proposed_at,
                " · ".join(filter(None, (changeset.reason, changeset.label))),
                changeset.speaks_for or "",
                str(changeset.author or ""),
                status=statuses.get(changeset.last_is_question, ""),
            )
            for changeset in changesets.select_related("author").annotate(
                speaks_for=label_expression("on_behalf_id", account)
            )
        ]


class Imports(Proposals):
    """Proposals that belong to an import or to other labelled work."""

    name = "import"
    title = gettext_lazy("Imports")

    def queryset(self) -> Any:
        return self.pending().exclude(label="")


class Reviews(Proposals):
    """Proposals by trusted representatives that went live at once and await a review."""

    name = "review"
    title = gettext_lazy("Published, not yet reviewed")
    right = Right.DECIDE

    def queryset(self) -> Any:
        return with_last_comment(to_review()).annotate(
            urgent=Value(False, BooleanField()), since=F("decided_at")
        )


class Corrections(ItemKind):
    name = "correction"
    title = gettext_lazy("Corrections")
    assignment_name = "correction"
    right = Right.SEE_CORRECTIONS

    def queryset(self) -> Any:
        return Correction.objects.pending().annotate(since=F("sent_at"))

    def items(self, pks: Iterable[int], account: Any) -> list[QueueItem]:
        rows = Correction.objects.filter(pk__in=pks).annotate(
            label=label_expression("record_id", account)
        )
        return [
            QueueItem(
                self,
                correction.pk,
                capfirst(str(correction)),
                reverse("review-correction", args=(correction.pk,)),
                correction.sent_at,
                correction.right or correction.wrong,
                correction.label,
                gettext("a reader"),
                correction.urgent,
            )
            for correction in rows
        ]


class Claims(ItemKind):
    """Claims to represent an organization that a moderator has to decide."""

    name = "claim"
    title = gettext_lazy("Claims")
    assignment_name = "claim"
    right = Right.MANAGE_CLAIMS

    def queryset(self) -> Any:
        return Claim.objects.pending().annotate(
            urgent=Value(False, BooleanField()), since=F("created_at")
        )

    def items(self, pks: Iterable[int], account: Any) -> list[QueueItem]:
        """Leave out what is written in the claims."""
        rows = Claim.objects.filter(pk__in=pks).select_related("account")
        return [
            QueueItem(
                self,
                claim.pk,
                gettext("Claim %(number)s") % {"number": claim.pk},
                reverse("review-claim", args=(claim.pk,)),
                claim.created_at,
                claim.get_method_display(),
                claim.label or "",
                str(claim.account),
            )
            for claim in rows.annotate(label=label_expression("record_id", account))
        ]


KINDS: tuple[ItemKind, ...] = (Corrections(), Proposals(), Imports(), Claims(), Reviews())
"""All kinds. Reviews need no decision: the changes are live already."""


@dataclass
class FilterChoice:
    """One value of a filter, as a link."""

    display: str
    query_string: str
    selected: bool


@dataclass
class ReviewQueue:
    """The items that match the filters."""

    params: dict[str, str]
    account: Any
    page: int = 1
    items: list[QueueItem] = field(default_factory=list)
    count: int = 0

    @property
    def query(self) -> str:
        return urlencode(self.params)

    @property
    def return_query(self) -> str:
        """The query with which an item's page leads back to this queue."""
        return f"?{urlencode({'in': self.query})}" if self.query else ""

    def kinds(self) -> list[ItemKind]:
        """The requested kinds; by default all that need a decision."""
        wanted = self.params.get("kind")
        open_to = [kind for kind in KINDS if can(self.account, kind.right)]
        return [kind for kind in open_to if kind.name == wanted] or [
            kind for kind in open_to if kind.name != "review"
        ]

    def queryset(self, kind: ItemKind) -> Any:
        """The pending items of a kind that match the filters."""
        rows = kind.queryset().visible_to(self.account)
        if self.params.get("turn"):
            rows = kind.filter_by_turn(rows, self.params["turn"])
        if self.params.get("label"):
            rows = kind.with_label(rows, self.params["label"])
        assigned = Assignment.objects.current().filter(
            item_kind=kind.assignment_name, number=OuterRef("pk")
        )
        if self.params.get("assignee") == "me":
            rows = rows.filter(Exists(assigned.filter(account=self.account)))
        elif self.params.get("assignee") == "none":
            rows = rows.exclude(Exists(assigned))
        return rows

    def load(self) -> "ReviewQueue":
        """Count the matching items and load this page of them. Returns self."""
        querysets = [(kind, self.queryset(kind)) for kind in self.kinds()]
        self.count = sum(rows.order_by().count() for _, rows in querysets)
        merged = [
            rows.order_by()
            .annotate(kind=Value(kind.name, CharField()))
            .values_list("kind", "pk", "urgent", "since")
            for kind, rows in querysets
        ]
        first = (self.page - 1) * PAGE_SIZE
        first_query, *others = merged
        ordered = (first_query.union(*others, all=True) if others else first_query).order_by(
            "-urgent", "since", "pk"
        )
        keys = [(row[0], row[1]) for row in ordered[first : first + PAGE_SIZE]]
        loaded: dict = {}
        for kind, _ in querysets:
            pks = [number for name, number in keys if name == kind.name]
            if pks:
                page_items = kind.items(pks, self.account)
                loaded |= {(kind.name, item.number): item for item in page_items}
        self.items = [loaded[key] for key in keys if key in loaded]
        self._add_warnings()
        self._add_assignees()
        return self

    def _add_warnings(self) -> None:
        """Warn of live changes that name something on the register of what is never listed."""
        live = {item.number: item for item in self.items if item.kind.name == Reviews.name}
        changes = list(Changeset.objects.filter(pk__in=live)) if live else []
        for number, warning in register_warnings(changes, self.account).items():
            live[number].urgent = True
            live[number].why = " · ".join(filter(None, (warning, live[number].why)))

    def _add_assignees(self) -> None:
        numbers = {item.number for item in self.items}
        assignments = (
            Assignment.objects.current().filter(number__in=numbers).select_related("account")
        )
        assignees = {
            (assignment.item_kind, assignment.number): str(assignment.account)
            for assignment in assignments
        }
        for item in self.items:
            item.assignee = assignees.get((item.kind.assignment_name, item.number), "")

    @property
    def next_page(self) -> str:
        """The query string of the next page, or ""."""
        return (
            self.with_param("p", str(self.page + 1)) if self.count > self.page * PAGE_SIZE else ""
        )

    def with_param(self, name: str, value: str) -> str:
        """The query string with another value for one parameter; "" removes it."""
        params = {**self.params, name: value}
        return "?" + urlencode({key: text for key, text in params.items() if text})

    def filters(self) -> list[tuple[str, list[FilterChoice]]]:
        readable = Changeset.objects.proposed().visible_to(self.account)
        labels = readable.exclude(label="").order_by("label")
        filters = {
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
                [(text, text) for text in labels.values_list("label", flat=True).distinct()[:50]],
            ),
        }
        return [
            (
                title,
                [
                    FilterChoice(
                        label, self.with_param(name, value), self.params.get(name, "") == value
                    )
                    for value, label in (("", gettext("all")), *options)
                ],
            )
            for name, (title, options) in filters.items()
            if options
        ]


def parse_params(query: QueryDict) -> dict[str, str]:
    """The queue's known parameters in a query; all others are ignored."""
    known = {
        "kind": {kind.name for kind in KINDS},
        "turn": {"author", "editor"},
        "assignee": {"me", "none"},
        "label": {str(query.get("label", ""))[:120]} - {""},
    }
    return {name: str(query[name]) for name in known if query.get(name) in known[name]}


def load_queue(request: HttpRequest) -> ReviewQueue:
    """Load the queue for a request, and note in the reading log what it shows."""
    page = request.GET.get("p", "")
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 5 else 1
    queue = ReviewQueue(parse_params(request.GET), request.user, max(number, 1)).load()
    note_queue(request, queue.items)
    return queue


def note_queue(request: HttpRequest, items: Iterable[QueueItem]) -> None:
    """Note in the reading log that a page shows items that are not public."""
    changesets = []
    for item in items:
        if item.kind.right == Right.USE_ADMIN:
            changesets.append(item.number)
        else:
            note(request, item.kind.right, "queue")
    note_proposals(request, changesets)


def queue_url(request: HttpRequest) -> str:
    """The address of the queue from which the page was opened, with its filters."""
    query = urlencode(parse_params(QueryDict(request.GET.get("in", "")[:1_000])))
    return reverse("review") + (f"?{query}" if query else "")


@dataclass
class AssignmentState:
    assignee: Account | None
    mine: bool


def get_assignment_state(request: HttpRequest, item_kind: str, number: int) -> AssignmentState:
    assignments = (
        Assignment.objects.current()
        .filter(item_kind=item_kind, number=number)
        .select_related("account")
    )
    assignment = assignments.first()
    return AssignmentState(
        assignment.account if assignment else None,
        assignment is not None and assignment.account == request.user,
    )


def update_assignment(request: HttpRequest, item_kind: str, number: int) -> bool:
    """Assign or release an item if the button was pressed. Returns whether it was."""
    if "_assign" in request.POST:
        Assignment.assign(request.user, item_kind, number)
    elif "_release" in request.POST:
        Assignment.release(request.user, item_kind, number)
    else:
        return False
    return True
