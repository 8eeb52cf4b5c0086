"""What holds between rows, what names are found by, and the rows that are there from the start."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"

UNDO = {
    "rules.sql": """
        DROP TRIGGER arena_placement_allowed ON orgs_arenaplacement;
        DROP TRIGGER trait_allowed ON orgs_trait;
        DROP TRIGGER relation_allowed ON orgs_relation;
        DROP FUNCTION statement_kinds, arena_placement_allowed, trait_allowed, relation_allowed,
            reading_stays CASCADE;
        DELETE FROM orgs_counter;
    """,
    "matching.sql": """
        DROP INDEX facet_identifier, link_host;
        ALTER TABLE orgs_entry DROP COLUMN bones;
        DROP FUNCTION named_nearly, sounding_like, bare_identifier, host_of, bones;
    """,
}

ARENAS = (
    (
        "membership",
        "Migrant-led membership organizations",
        "Organizations whose members are migrants and which migrants lead: hometown "
        "associations, unions, fronts and federations.",
    ),
    (
        "space",
        "Autonomous public spaces",
        "Spaces that migrants convene for themselves, such as large cultural or political "
        "gatherings.",
    ),
    (
        "ngo",
        "Migrant-led NGOs",
        "Non-governmental organizations that migrants lead, working for their rights or with "
        "services.",
    ),
    (
        "media",
        "Migrant-led media",
        "Media that migrants lead. Here alone a market actor has a place of its own (footnote 2).",
    ),
)

ACTORS = ("organization", "partnership")
UNDERTAKINGS = ("gathering", "campaign", "instrument", "project", "demand", "case")
EVERY = (*ACTORS, *UNDERTAKINGS, "place")

RELATIONS = {
    "part_of": [(kind, kind) for kind in EVERY]
    + [
        ("organization", "partnership"),
        ("partnership", "organization"),
        ("gathering", "project"),
        ("demand", "campaign"),
        ("campaign", "case"),
        ("campaign", "project"),
        ("project", "instrument"),
    ],
    "edition_of": [("gathering", "gathering")],
    "parallel_to": [("gathering", "gathering"), ("campaign", "campaign")],
    "grew_out_of": [(a, b) for a in (*ACTORS, *UNDERTAKINGS) for b in (*ACTORS, *UNDERTAKINGS)],
    "successor_of": [(kind, kind) for kind in EVERY] + [(a, b) for a in ACTORS for b in ACTORS],
    "collaborates_with": [(a, b) for a in ACTORS for b in ACTORS],
    "lobbies_with": [(a, b) for a in ACTORS for b in ACTORS],
    "counterpart_of": [(a, b) for a in ACTORS for b in ACTORS] + [("gathering", "gathering")],
    "supports": [(a, b) for a in ACTORS for b in (*ACTORS, *UNDERTAKINGS)],
    "opposes": [(a, b) for a in ACTORS for b in (*ACTORS, *UNDERTAKINGS)],
    "questions": [(a, b) for a in ACTORS for b in (*ACTORS, *UNDERTAKINGS)],
    "persuades": [(a, b) for a in ACTORS for b in (*ACTORS, "place", "project")],
    "led_to": [(a, b) for a in EVERY for b in EVERY],
    "triggered_by": [(a, b) for a in EVERY for b in EVERY],
    "result_of": [(a, b) for a in EVERY for b in EVERY],
    "concerns": [(a, b) for a in (*ACTORS, *UNDERTAKINGS) for b in EVERY],
    "about_place": [(a, "place") for a in (*ACTORS, *UNDERTAKINGS)],
    "targets": [(a, b) for a in (*ACTORS, *UNDERTAKINGS) for b in EVERY],
    "invokes": [(a, "instrument") for a in (*ACTORS, *UNDERTAKINGS)],
    "protects": [("instrument", "demand")],
    "accepted_by": [(a, b) for a in ("project", "demand", "instrument") for b in ACTORS],
    "bridges_with": [(a, b) for a in (*ACTORS, *UNDERTAKINGS) for b in (*ACTORS, *UNDERTAKINGS)],
    "looks_to_as_model": [
        ("place", "place"),
        ("place", "project"),
        ("organization", "organization"),
    ],
    "together_with": [("gathering", "gathering"), ("campaign", "campaign")],
    "named_by": [(a, b) for a in (*ACTORS, *UNDERTAKINGS) for b in ACTORS],
    "raises": [("gathering", "demand"), ("campaign", "demand")],
    "calls_for": [(a, b) for a in ("demand", "instrument") for b in UNDERTAKINGS],
    "between": [("instrument", b) for b in (*ACTORS, "place")],
    "establishes": [("instrument", b) for b in ("instrument", "organization", "project")],
    "commits": [("instrument", b) for b in (*ACTORS, "place")],
    "contrasts_with": [(kind, kind) for kind in EVERY],
}
"""Which kinds of record may stand in which relation; a predicate that is missing is refused."""


def add_rows(apps, schema_editor) -> None:
    """Add the four arenas of the paper, and the relations that are allowed."""
    arena = apps.get_model("orgs", "Arena")
    for position, (code, label, definition) in enumerate(ARENAS, start=1):
        arena.objects.create(
            code=code, label=label, definition=definition, locator="intro", position=position
        )
    rule = apps.get_model("orgs", "RelationRule")
    rule.objects.bulk_create(
        rule(predicate=predicate, subject_kind=subject, object_kind=other)
        for predicate, pairs in RELATIONS.items()
        for subject, other in sorted(set(pairs))
    )


def remove_rows(apps, schema_editor) -> None:
    """Remove the arenas and relations."""
    apps.get_model("orgs", "RelationRule").objects.all().delete()
    apps.get_model("orgs", "Arena").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = (("orgs", "0001_initial"),)
    operations = (
        *(
            migrations.RunSQL((SQL / name).read_text(encoding="utf-8"), undo)
            for name, undo in UNDO.items()
        ),
        migrations.RunPython(add_rows, remove_rows),
    )
