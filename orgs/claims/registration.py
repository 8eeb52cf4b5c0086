"""Adding a body that is not listed yet, in its own words; its author comes to speak for it."""

import logging
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext

from orgs.access.account import Account
from orgs.access.rate_limits import count_attempt
from orgs.changes.changeset import Changeset
from orgs.matching.duplicates import find_similar
from orgs.messaging import NotSent
from orgs.profiles.own_source import own_source
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.records.slugs import new_slug, slug_of, taken_among
from orgs.search.text import search
from orgs.statements.name import NameKind
from orgs.statements.presence import Role
from orgs.statements.statement import Voice
from orgs.statements.text import TextKind

from .claim import Claim, Way
from .claims import HOLD, begin, listed

log = logging.getLogger(__name__)

ALIKE = 6
"""So many entries are shown to whoever adds one."""


@dataclass
class Addition:
    """A body that is not listed yet, as whoever belongs to it says."""

    name: str
    language: str
    words: str = ""
    website: str = ""
    country: Entry | None = None
    arenas: list[str] = field(default_factory=list)


def alike(name: str, country: Entry | None) -> list[tuple[Entry, str]]:
    """Return the listed bodies that a new one may be, the likeliest first, each with the reason.

    Those that are likely the same, whatever the script, then those that words of the name find.
    """
    told: dict[int, tuple[Entry, str]] = {}
    for match in find_similar(name, country, limit=ALIKE):
        reasons = (str(one.sentence) for one in match.reasons if one.supports)
        told[match.other.pk] = (match.other, " ".join(reasons))
    sentences = (
        gettext("It is called so."),
        gettext("Its name begins so."),
        gettext("These words are in its names."),
        gettext("These words are found in what is said of it."),
        gettext("A name of it is spelled nearly so."),
    )
    entries = search(listed(), name).order_by("rank", "sort_key", "id")
    some: list[Any] = list(entries.only("id", "kind", "slug", "label")[:ALIKE])
    for entry in some:
        told.setdefault(entry.pk, (entry, sentences[entry.rank]))
    return list(told.values())[:ALIKE]


def add(account: Account, addition: Addition) -> Changeset:
    """Propose a body that is not listed yet, in its own voice. Returns the proposal that waits.

    Whoever adds it comes to speak for it when a moderator accepts the proposal. The same words sent
    again are one proposal. Raises ValidationError with the sentence of the rule that the ledger has
    against it.
    """
    if not count_attempt(f"adds:{account.pk}", 5, 86_400):
        raise ValidationError(
            gettext("You have added many organizations today. Add more tomorrow.")
        )
    with transaction.atomic():
        _in_turn(addition.name)
        changeset = _changeset_of(account, addition)
        waiting = Changeset.objects.proposed().filter(
            author=account, claims__state=Claim.State.AWAITED
        )
        before = next((one for one in waiting if _told(one) == _told(changeset)), None)
        if before is not None:
            return before
        changeset.dry_run()
        changeset.propose()
        Claim.objects.create(
            account=account,
            awaited=changeset.operations["records"][0]["id"],
            changeset=changeset,
            way=Way.ADDITION,
            state=Claim.State.AWAITED,
        )
    return changeset


def _in_turn(name: str) -> None:
    """Let all who add a body of this name wait until this one lies before the moderators."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"adds {slug_of(name)}",)
        )


def _told(changeset: Changeset) -> dict[str, list[dict[str, Any]]]:
    """Return what a proposal says of the body that it adds, whatever numbers it was given."""
    return {
        kind: [
            {name: value for name, value in row.items() if name not in ("record_id", "source_id")}
            for row in rows
        ]
        for kind, rows in changeset.operations["adds"].items()
    }


def _changeset_of(account: Account, addition: Addition) -> Changeset:
    """Return the proposal in which a body says of itself what it is."""
    changeset = Changeset(author=account, reason="It was not listed yet, and says so itself.")
    taken = taken_among([slug_of(addition.name)])
    record = changeset.record("organization", new_slug(addition.name, taken))
    own: dict[str, Any] = {"source": own_source(changeset, record), "voice": Voice.OWN}
    changeset.add(
        "name",
        record,
        text=addition.name,
        language=addition.language,
        name_kind=NameKind.OFFICIAL,
        preferred=True,
        **own,
    )
    if addition.country is not None:
        changeset.add("presence", record, place=addition.country.pk, role=Role.SEAT, **own)
    for arena in addition.arenas:
        changeset.add("arena_placement", record, arena=arena, **own)
    if addition.website:
        changeset.add("link", record, url=addition.website, **own)
    if addition.words:
        words = {"text_kind": TextKind.OWN_WORDS, "language": addition.language}
        changeset.add("text", record, body=addition.words, **words, **own)
    return changeset


def taken_up(changeset: Changeset) -> list[Claim]:
    """Let those who added a body come to speak for it, now that a proposal has made it.

    Returns their claims, held back. Called when a proposal was accepted; what fails is done by
    `manage.py representatives --due`.
    """
    made = [fields["id"] for fields in changeset.operations.get("records", ())]
    begun = []
    for claim in Claim.objects.filter(state=Claim.State.AWAITED, awaited__in=made):
        try:
            with transaction.atomic():
                claim.record_id = claim.awaited
                changeset.set_on_behalf(claim.record_id or 0)
                begun.append(begin(claim, HOLD))
        except ValidationError:  # hidden again, or spoken for: a moderator has seen to it
            continue
        except NotSent as error:
            log.error("A message was not sent: %s", type(error.__cause__).__name__)
    return begun


def take_up_all() -> int:
    """Do what `taken_up` could not do at once. Returns how many claims have begun."""
    waiting = Claim.objects.filter(
        state=Claim.State.AWAITED, awaited__in=Record.objects.values("pk")
    )
    changesets = Changeset.objects.accepted().filter(pk__in=waiting.values("changeset"))
    return sum(len(taken_up(changeset)) for changeset in changesets)
