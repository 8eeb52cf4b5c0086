"""What happens to typed words before they are sent: kept, brought together, never overwritten.

Three texts meet in a field: what the writer saw, what they typed, and what stands there by now.
Where only one side moved, it is taken. Where both did, both are kept until a person has seen them
side by side.
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
from orgs.projection.counter import Counter
from orgs.records.record import Record

from . import profile as profiles
from .draft import Draft
from .own_source import own_source
from .profile import Profile, Value

SALT = "orgs.profiles.drafts"
LASTS = 30 * 86_400
"""Seconds for which an open form can be sent: whoever comes back after a month begins anew."""


def key_for(account: int, record: int) -> str:
    """Return the key of a form: it says who was given it, and nobody else can make one."""
    return signing.dumps([account, record], salt=SALT)


def owner_of(key: str) -> tuple[int, int] | None:
    """Return the account that was given a form, and the body it is about; None for no key of ours.

    It asks no database, so it can be read where there is none.
    """
    try:
        account, record = signing.loads(key, salt=SALT, max_age=LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return account, record


def mark_of(account: int, record: int) -> str:
    """Return by which name a browser keeps words of this account until we have them."""
    return salted_hmac(SALT, f"{account} {record}").hexdigest()[:16]


def digest(value: Value) -> str:
    """Return a short mark of a text; of a list, its values."""
    return hashlib.sha256(str(value).encode("utf-8", "replace")).hexdigest()[:12]


def merged(seen: Iterable[str], typed: Iterable[str], now: Iterable[str]) -> list[str]:
    """Return a list in which what was ticked is added, and what was unticked is left out."""
    seen, typed, now = list(seen), list(typed), list(now)
    kept = [one for one in now if one in typed or one not in seen]
    return kept + [one for one in typed if one not in seen and one not in kept]


@dataclass
class Held:
    """What a field holds for a writer: their text, and others' for the same field."""

    value: Value
    others: list[str] = field(default_factory=list)

    @property
    def seen(self) -> Any:
        """Return what a form must send back so that it is known what its writer saw."""
        if isinstance(self.value, list):
            return self.value
        return digest(self.value) + (f".{digest(str(self.others))}" if self.others else "")


class Desk:
    """What somebody is writing for a body: the ledger, the proposal that waits, and the draft."""

    def __init__(self, account: Any, record: Record, draft: Draft | None = None) -> None:
        self.account, self.record = account, record
        self.draft = draft or Draft.of(account, record)
        self.ledger = profiles.own_words(record)
        self.waiting = profiles.waiting(record)
        said = self.ledger
        for changeset in self.waiting:
            said = profiles.with_changeset(said, changeset)
        self.said = said
        self.now: Profile = profiles.profile_of(said)

    def of(self, name: str) -> Held:
        """Return what a field holds now: what was typed, brought together with what is said."""
        now = self.now.get(name, profiles.blank(name))
        typed = self.draft.typed.get(name)
        if typed is None:
            return Held(now)
        was, value = typed["was"], typed["typed"]
        if isinstance(now, list):
            return Held(merged(was or [], value, now))
        others = [text for text in dict.fromkeys(_others(typed).values()) if text != value]
        if value == was and not others:
            return Held(now)
        if now not in (was, value, *others):
            others.append(now)
        return Held(value, others)

    def profile(self) -> Profile:
        """Return everything as it would be said if it were sent now."""
        names = {**self.now, **self.draft.typed}
        return {name: self.of(name).value for name in names}

    def conflicts(self) -> dict[str, list[str]]:
        """Return the fields for which there are several texts, with those of others."""
        return {name: held.others for name in self.draft.typed if (held := self.of(name)).others}

    def changed(self) -> list[str]:
        """Return the fields that would be said otherwise."""
        return [
            name
            for name in self.draft.typed
            if self.of(name).value != self.now.get(name, profiles.blank(name))
        ]

    def shown(self) -> str:
        """Return a mark of all that would be said, so that nothing is sent unseen."""
        return digest(json.dumps(self.profile(), sort_keys=True))

    def take(self, name: str, typed: Value, seen: Any, tab: str, by_itself: bool) -> None:
        """Keep what was typed into a field by somebody who saw `seen`, in the window `tab`.

        `by_itself` is a form that a script sent meanwhile: nobody has decided anything.
        """
        kept = self.draft.typed.get(name)
        held = self.of(name)
        now = self.now.get(name, profiles.blank(name))
        if kept is not None and kept.get("by") == tab and not held.others:
            self._keep(name, typed, kept["was"], tab, now)
        elif isinstance(typed, list):
            shown = seen if isinstance(seen, list) else []
            if typed != shown:
                was = kept["was"] if kept else now
                self._keep(name, merged(shown, typed, held.value), was, tab, now)
        elif seen == held.seen:
            if typed != held.value or (held.others and not by_itself):
                self._keep(name, typed, now, tab, now)
        elif typed != held.value and digest(typed) != str(seen).partition(".")[0]:
            # Somebody, or the same person in another window, was here meanwhile: all stay, of
            # each window what it typed last.
            others = {**_others(kept), kept.get("by", ""): kept["typed"]} if kept else {}
            others.pop(tab, None)
            self.draft.typed[name] = {
                "was": kept["was"] if kept else None,
                "typed": typed,
                "others": [*others.items()],
                "by": tab,
            }

    def _keep(self, name: str, typed: Value, was: Value | None, tab: str, now: Value) -> None:
        if typed == now:
            self.draft.typed.pop(name, None)
        else:
            self.draft.typed[name] = {"was": was, "typed": typed, "by": tab}

    def take_form(self, form: dict[str, Any], by_itself: bool = False) -> None:
        """Keep all fields of one form: `values`, what its writer saw, and the window."""
        seen = form["seen"] if isinstance(form["seen"], dict) else {}
        for name, typed in form["values"].items():
            shown = seen.get(name, Held(profiles.blank(name)).seen)
            self.take(name, typed, shown, form["tab"], by_itself)
        for name in seen.keys() - form["values"].keys():
            if name.partition(".")[0] in ("name", "text"):
                self.take(name, "", seen[name], form["tab"], by_itself)


def _others(kept: dict[str, Any]) -> dict[str, str]:
    """Return what other windows typed into the same field, by the windows."""
    return dict(kept.get("others", ()))


def keep(account: Any, record: Record, form: dict[str, Any], by_itself: bool = False) -> Desk:
    """Keep a form that somebody has sent, and return what they are writing."""
    with transaction.atomic():
        draft = Draft.held(account.pk, record.pk)
        desk = opened(account, record, draft)
        if not draft.typed:
            draft.base = Counter.objects.values_list("number", flat=True).get()
        desk.take_form(form, by_itself)
        draft.keep()
    return desk


def opened(account: Any, record: Record, draft: Draft | None = None) -> Desk:
    """Return what somebody is writing, with what they sent while their session had ended.

    Only the account itself brings these in: until then they count for nothing.
    """
    desk = Desk(account, record, draft)
    for form in desk.draft.pending:
        desk.take_form(form)
    desk.draft.pending = []
    return desk


def changeset_of(desk: Desk, **more: Any) -> Changeset:
    """Return the proposal that says what was typed, with all that waits of the same body.

    Raises ValidationError if something is not sound.
    """
    changeset = Changeset(
        author=desk.account, on_behalf=desk.record, key=more.pop("key", uuid.uuid4()), **more
    )
    profiles.write(changeset, desk.record, desk.ledger, desk.profile())
    _carry_answers(desk, changeset)
    return changeset


def _carry_answers(desk: Desk, changeset: Changeset) -> None:
    """Bring along what proposals that wait say beside the profile: this proposal takes their
    place.
    """
    placed = {id(one) for _, one in profiles.fields_of(desk.said)}
    for one in desk.said:
        if not one.number and id(one) not in placed:
            source = own_source(changeset, desk.record)
            changeset.add(one.kind, desk.record, **{**one.values, "source_id": source})
    in_fields = {one.number for _, one in profiles.fields_of(desk.ledger)}
    for waits in desk.waiting:
        for kind, ids in waits.operations.get("retires", {}).items():
            for number in set(ids) - in_fields:
                changeset._dict("retires").setdefault(kind, []).append(number)


def send(desk: Desk, reason: str, key: uuid.UUID, shown: str) -> Changeset:
    """Send what was typed on behalf of the body, as it was `shown`. Returns the proposal.

    Of a trusted representative it is accepted at once and looked at after; any other waits. One
    proposal of a body waits at a time: a newer one takes along what an older one says, and its
    place. Raises StillTwo, NothingNew, ValidationError or Conflict; then nothing has happened.
    """
    with transaction.atomic():
        speaking = Representative.objects.in_turn(desk.record)
        draft = Draft.held(desk.account.pk, desk.record.pk)
        fresh = opened(desk.account, desk.record, draft)
        if fresh.conflicts() or fresh.shown() != shown:
            raise StillTwo
        if not fresh.changed():
            raise NothingNew
        changeset = changeset_of(fresh, reason=reason, key=key, label=LABEL)
        hold = list(fresh.waiting)
        if not _says_something(changeset):
            changeset.operations = {}
        changeset.propose()
        if any(one.account_id == desk.account.pk and one.trusted for one in speaking):
            changeset.accept(by=desk.account)
        # Last: if one has been decided meanwhile, all of this has not happened.
        for old in hold:
            old.reject(desk.account, REPLACED)
        for one in Representative.objects.standing().filter(
            account=desk.account, record=desk.record
        ):
            one.gives_a_sign()
        draft.forget()
    return changeset


LABEL = "own words"
"""By which moderators find what went live at once, to look at it after."""
REPLACED = "A newer proposal on behalf of the same body says all that this one says."


class StillTwo(Exception):
    """That a field has two texts of which nobody has chosen yet, or another than was looked at."""


class NothingNew(Exception):
    """That all of it is said already, or waits: another window was faster with the same words."""


def _says_something(changeset: Changeset) -> bool:
    return any(changeset.operations.get(part) for part in ("adds", "retires", "restricts"))


def seen_of(desk: Desk, names: Iterable[str]) -> str:
    """Return what a form sends back of what its writer saw, as it stands in a hidden field."""
    return json.dumps({name: desk.of(name).seen for name in names}, separators=(",", ":"))
