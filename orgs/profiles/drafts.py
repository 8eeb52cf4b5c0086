"""How drafts are stored, merged and submitted.

Each field is a three-way merge of the text the writer saw, the text they typed and the text that
stands now. If one side changed, its text is taken. If both did, both are kept until a person has
compared them.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils.crypto import salted_hmac

from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.changes.operations import Operations
from orgs.gazetteer.resolving import ProposedPlaces
from orgs.projection.counter import Counter
from orgs.records.record import Record

from . import profile as profiles
from .draft import Draft
from .own_source import own_source
from .profile import Profile, Value

SALT = "orgs.profiles.drafts"
FORM_KEY_SECONDS = 30 * 86_400
"""How long an open form can be sent."""
LABEL = "own words"
"""Changeset label by which moderators find what was published at once, to review it afterwards."""
REPLACED = "Replaced by a newer proposal of the same organization, which includes this one."


class UnresolvedConflict(Exception):
    """A field has two texts and no choice was made, or the draft is not the one previewed."""


class NothingChanged(Exception):
    """Everything stands or is proposed already, for example sent from another window."""


def form_key(account: int, record: int) -> str:
    return signing.dumps([account, record], salt=SALT)


def read_form_key(key: str) -> tuple[int, int] | None:
    """The account and record of a form key; None for a forged or expired key.

    Needs no database, so that it works while the database is down.
    """
    try:
        account, record = signing.loads(key, salt=SALT, max_age=FORM_KEY_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return account, record


def browser_storage_key(account: int, record: int) -> str:
    """The name under which a browser stores unsent text of this account for this record."""
    return salted_hmac(SALT, f"{account} {record}").hexdigest()[:16]


def fingerprint(value: Value) -> str:
    return hashlib.sha256(str(value).encode("utf-8", "replace")).hexdigest()[:12]


def merge_lists(seen: Iterable[str], typed: Iterable[str], current: Iterable[str]) -> list[str]:
    """The current list with what the writer added, without what the writer removed."""
    seen, typed, current = list(seen), list(typed), list(current)
    remaining = [item for item in current if item in typed or item not in seen]
    return remaining + [item for item in typed if item not in seen and item not in remaining]


@dataclass
class FieldState:
    """The writer's value of a field, and other texts for the same field."""

    value: Value
    others: list[str] = field(default_factory=list)

    @property
    def seen(self) -> Any:
        """What a form sends back to tell which state its writer saw."""
        if isinstance(self.value, list):
            return self.value
        return fingerprint(self.value) + (
            f".{fingerprint(str(self.others))}" if self.others else ""
        )


class Workspace:
    """What an account edits for an organization: the ledger, pending proposals and the draft."""

    def __init__(self, account: Any, record: Record, draft: Draft | None = None) -> None:
        self.account, self.record = account, record
        self.draft = draft or Draft.get_or_new(account, record)
        self.ledger = profiles.own_statements(record)
        self.pending_changesets = profiles.pending_changesets(record)
        statements = self.ledger
        for changeset in self.pending_changesets:
            statements = profiles.apply_changeset(statements, changeset)
        self.statements = statements
        """The ledger's statements as they stand once the pending proposals are accepted."""
        self.current: Profile = profiles.build_profile(statements)

    def field(self, name: str) -> FieldState:
        """The current state of a field: the draft merged with what stands."""
        current = self.current.get(name, profiles.empty_value(name))
        edit = self.draft.typed.get(name)
        if edit is None:
            return FieldState(current)
        was, value = edit["was"], edit["typed"]
        if isinstance(current, list):
            return FieldState(merge_lists(was or [], value, current))
        others = [text for text in dict.fromkeys(_others(edit).values()) if text != value]
        if value == was and not others:
            return FieldState(current)
        if current not in (was, value, *others):
            others.append(current)
        return FieldState(value, others)

    def profile(self) -> Profile:
        """The profile as it would stand if the draft were submitted now."""
        names = {**self.current, **self.draft.typed}
        return {name: self.field(name).value for name in names}

    def conflicts(self) -> dict[str, list[str]]:
        """The other texts of each field that has several."""
        return {
            name: state.others for name in self.draft.typed if (state := self.field(name)).others
        }

    def changed(self) -> list[str]:
        """The fields that submitting would change."""
        return [
            name
            for name in self.draft.typed
            if self.field(name).value != self.current.get(name, profiles.empty_value(name))
        ]

    def fingerprint(self) -> str:
        """A digest of the whole profile, so that nothing is submitted that was not previewed."""
        return fingerprint(json.dumps(self.profile(), sort_keys=True))

    def save_field(self, name: str, typed: Value, seen: Any, tab: str, autosave: bool) -> None:
        """Store what a writer who saw `seen` typed into a field, in the window `tab`.

        An autosave resolves no conflict: only a person who presses a button does.
        """
        edit = self.draft.typed.get(name)
        state = self.field(name)
        current = self.current.get(name, profiles.empty_value(name))
        if edit is not None and edit.get("by") == tab and not state.others:
            self._store(name, typed, edit["was"], tab, current)
        elif isinstance(typed, list):
            shown = seen if isinstance(seen, list) else []
            if typed != shown:
                was = edit["was"] if edit else current
                self._store(name, merge_lists(shown, typed, state.value), was, tab, current)
        elif seen == state.seen:
            if typed != state.value or (state.others and not autosave):
                self._store(name, typed, current, tab, current)
        elif typed != state.value and fingerprint(typed) != str(seen).partition(".")[0]:
            # Another person or window edited the field in the meantime: keep the last text of each.
            others = {**_others(edit), edit.get("by", ""): edit["typed"]} if edit else {}
            others.pop(tab, None)
            self.draft.typed[name] = {
                "was": edit["was"] if edit else None,
                "typed": typed,
                "others": [*others.items()],
                "by": tab,
            }

    def _store(self, name: str, typed: Value, was: Value | None, tab: str, current: Value) -> None:
        if typed == current:
            self.draft.typed.pop(name, None)
        else:
            self.draft.typed[name] = {"was": was, "typed": typed, "by": tab}

    def save_form(self, form: dict[str, Any], autosave: bool = False) -> None:
        """Store all fields of a form: its `values`, what its writer saw, and the window."""
        seen = form["seen"] if isinstance(form["seen"], dict) else {}
        for name, typed in form["values"].items():
            shown = seen.get(name, FieldState(profiles.empty_value(name)).seen)
            self.save_field(name, typed, shown, form["tab"], autosave)
        for name in seen.keys() - form["values"].keys():
            if name.partition(".")[0] in ("name", "text"):
                self.save_field(name, "", seen[name], form["tab"], autosave)


def _others(edit: dict[str, Any]) -> dict[str, str]:
    """What other windows typed into a field, by window."""
    return dict(edit.get("others", ()))


def save_form(
    account: Any, record: Record, form: dict[str, Any], autosave: bool = False
) -> Workspace:
    with transaction.atomic():
        draft = Draft.get_locked(account.pk, record.pk)
        workspace = open_workspace(account, record, draft)
        if not draft.typed:
            draft.base = Counter.objects.values_list("number", flat=True).get()
        workspace.save_form(form, autosave)
        draft.save_now()
    return workspace


def open_workspace(account: Any, record: Record, draft: Draft | None = None) -> Workspace:
    """The workspace of an account, with the forms merged that it sent without a session."""
    workspace = Workspace(account, record, draft)
    for form in workspace.draft.pending:
        workspace.save_form(form)
    workspace.draft.pending = []
    return workspace


def build_changeset(workspace: Workspace, places: ProposedPlaces, **fields: Any) -> Changeset:
    """The proposal of a draft, which includes all pending proposals of the same organization.

    Raises ValidationError if a field is invalid.
    """
    changeset = Changeset(
        author=workspace.account,
        on_behalf=workspace.record,
        key=fields.pop("key", uuid.uuid4()),
        **fields,
    )
    profiles.write_profile(
        changeset, workspace.record, workspace.ledger, workspace.profile(), places
    )
    _carry_over_answers(workspace, changeset)
    return changeset


def _carry_over_answers(workspace: Workspace, changeset: Changeset) -> None:
    """Copy what pending proposals say outside the profile fields, since this one replaces them."""
    in_profile = {id(own) for _, own in profiles.iter_fields(workspace.statements)}
    for own in workspace.statements:
        if not own.pk and id(own) not in in_profile:
            source = own_source(changeset, workspace.record)
            changeset.add(own.kind, workspace.record, **{**own.values, "source_id": source})
    profile_pks = {own.pk for _, own in profiles.iter_fields(workspace.ledger)}
    for pending in workspace.pending_changesets:
        for kind, ids in pending.operations.retires.items():
            for pk in set(ids) - profile_pks:
                changeset.operations.retire(kind, pk)


def submit(workspace: Workspace, reason: str, key: uuid.UUID, previewed: str) -> Changeset:
    """Propose the draft on behalf of the organization. `previewed` is its fingerprint as shown.

    The proposal of a trusted representative is accepted at once and reviewed afterwards. An
    organization has one pending proposal at a time: a newer one includes and replaces the older.
    Raises UnresolvedConflict, NothingChanged, ValidationError or Conflict and then changes nothing.
    """
    with transaction.atomic():
        representatives = Representative.objects.lock_for(workspace.record)
        draft = Draft.get_locked(workspace.account.pk, workspace.record.pk)
        fresh = open_workspace(workspace.account, workspace.record, draft)
        if fresh.conflicts() or fresh.fingerprint() != previewed:
            raise UnresolvedConflict
        if not fresh.changed():
            raise NothingChanged
        places = ProposedPlaces()
        changeset = build_changeset(fresh, places, reason=reason, key=key, label=LABEL)
        places.create(row for _, row in changeset.operations.added_rows())
        replaced = list(fresh.pending_changesets)
        if not _has_statements(changeset):
            changeset.operations = Operations()
        changeset.propose()
        if any(
            representative.account_id == workspace.account.pk and representative.trusted
            for representative in representatives
        ):
            changeset.accept(by=workspace.account)
        # Last: raises, and so undoes everything, if one has been decided in the meantime.
        for pending in replaced:
            pending.reject(workspace.account, REPLACED)
        for representative in Representative.objects.active().filter(
            account=workspace.account, record=workspace.record
        ):
            representative.mark_seen()
        draft.discard()
    return changeset


def _has_statements(changeset: Changeset) -> bool:
    return not changeset.operations.types.isdisjoint({"adds", "retires", "restricts"})


def seen_json(workspace: Workspace, names: Iterable[str]) -> str:
    """What a form sends back, in a hidden field, to tell which states its writer saw."""
    return json.dumps({name: workspace.field(name).seen for name in names}, separators=(",", ":"))
