"""An import on the command line that is killed at any moment can be repeated: nothing is double."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from orgs.changes import apply
from orgs.changes.changeset import Changeset
from orgs.changes.rebuild import check
from orgs.imports.plan import ImportPlan
from orgs.records.record import Record
from orgs.statements.membership import Membership
from orgs.statements.name import Name
from tests.infrastructure.conftest import in_a_child
from tests.support.imports import csv_file, plan_file
from tests.support.writing import Writer

MAP = """
[record]
slug = "slug"
kind = "kind"
[[statement]]
kind = "name"
text = "name"
language = { value = "en" }
source = { value = "survey-2010" }
[[statement]]
kind = "membership"
partnership = "network"
source = { value = "survey-2010" }
"""

MEMBERS = 12


@pytest.fixture
def import_file(own_database: str, tmp_path: Path, monkeypatch) -> Callable[..., None]:
    """The command on a file of a new network and its new members, in five changesets."""
    monkeypatch.setattr("orgs.imports.batches.CHUNK", 5)
    Writer()
    members = [(f"member-{n}", "organization", f"Member {n}", "network") for n in range(MEMBERS)]
    header = ("slug", "kind", "name", "network")
    path = csv_file(tmp_path, header, ("network", "partnership", "The Network", ""), *members)
    mapping = tmp_path / "map.toml"
    mapping.write_text(MAP)

    def run(accept: bool) -> None:
        call_command(
            "import_records",
            str(path),
            kind="organization",
            map=mapping,
            label="members",
            accept=accept,
            verbosity=0,
        )

    return run


def run_and_die(run: Callable[[], None], owner: object, method: str, call: int) -> None:
    """Run a command in a process that is killed as it calls a method for the so-manieth time."""

    def run_until() -> None:
        calls = iter(range(1, call + 1))
        original = getattr(owner, method)

        def killed(*given, **named):
            if next(calls) == call:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*given, **named)

        setattr(owner, method, killed)
        run()

    connection.close()  # else both processes would speak on it
    assert in_a_child(run_until) == -signal.SIGKILL


def proposals() -> list[tuple[str, list[str]]]:
    """The label of each proposal, and which records it creates."""
    return [
        (one.label, [record.slug for record in one.operations.records])
        for one in Changeset.objects.proposed().order_by("id")
    ]


@pytest.mark.parametrize(
    ("owner", "method", "call", "stored"),
    [
        pytest.param(Changeset, "propose", 1, False, id="before it proposes"),
        pytest.param(Changeset, "propose", 3, False, id="while it proposes"),
        pytest.param(ImportPlan, "tally", 1, True, id="before it says so"),
    ],
)
def test_killed_import_proposes_all_or_nothing_and_its_rerun_proposes_nothing_twice(
    import_file, owner, method, call, stored
):
    run_and_die(lambda: import_file(accept=False), owner, method, call)
    left = proposals()
    import_file(accept=False)
    once = proposals()
    import_file(accept=False)
    twice = proposals()

    assert left == (once if stored else [])
    assert twice == once
    assert {label for label, _ in once} == {"members"}
    created = [slug for _, slugs in once for slug in slugs]
    assert len(once) == 5
    assert sorted(created) == sorted(["network", *(f"member-{n}" for n in range(MEMBERS))])
    for proposal in Changeset.objects.proposed().order_by("id"):
        proposal.accept()
    assert all_is_stored_once()


@pytest.mark.parametrize(
    ("owner", "method", "call", "accepted"),
    [
        pytest.param(Changeset, "propose", 1, 0, id="before it begins"),
        pytest.param(Changeset, "accept", 1, 0, id="before it accepts the first"),
        pytest.param(Changeset, "propose", 3, 2, id="between two"),
        pytest.param(apply, "_update_mirrors", 3, 2, id="while it accepts one"),
        pytest.param(ImportPlan, "tally", 1, 5, id="before it says so"),
    ],
)
def test_killed_import_that_accepts_leaves_no_proposal_and_its_rerun_completes_it(
    import_file, owner, method, call, accepted
):
    run_and_die(lambda: import_file(accept=True), owner, method, call)
    left = (Changeset.objects.accepted().filter(label="members").count(), proposals())
    import_file(accept=True)

    assert left == (accepted, [])
    assert proposals() == []
    assert all_is_stored_once()


def all_is_stored_once() -> bool:
    """Whether the catalogue holds every row of the file, and none twice."""
    return (
        Record.objects.filter(slug__startswith="member-").count(),
        Name.objects.filter(text__startswith="Member ").count(),
        Membership.objects.filter(partnership__slug="network").count(),
        check()[0],
    ) == (MEMBERS, MEMBERS, MEMBERS, [])


def test_file_that_says_something_else_is_proposed_beside_pending_proposals(own_database, tmp_path):
    write = Writer()
    write.record("organization", "fiob")
    header = ("record", "text", "source")

    for text in ("Frente", "Frente", "Front", "Front"):
        plan_file(csv_file(tmp_path, header, ("fiob", text, "survey-2010")), "name").store(False)

    assert [
        one.operations.adds["name"][0]["text"]
        for one in Changeset.objects.proposed().order_by("id")
    ] == ["Frente", "Front"]
