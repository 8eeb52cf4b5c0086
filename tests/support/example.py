"""A small catalogue that has every kind of record and of statement, written through the one door.

Tests of the API read it; what they want different they change by a proposal of their own.
"""

from collections.abc import Callable

from orgs.changes.changeset import Changeset
from orgs.records.record import Record
from orgs.records.source import Source

TERMS = (
    ("sphere", "civil", "civil society"),
    ("sphere", "intergovernmental", "intergovernmental"),
    ("form", "network", "network"),
    ("form", "coalition", "coalition"),
    ("identity", "women", "women"),
    ("predicate", "part_of", "is part of"),
    ("predicate", "parallel_to", "is held beside"),
    ("measure", "member_organizations", "member organizations"),
    ("dimension", "freedom_of_association", "freedom of association"),
)
RECORDS = (
    ("place", "ph", "Philippines"),
    ("place", "manila", "Manila"),
    ("place", "mx", "Mexico"),
    ("organization", "kapatiran", "Kapatiran"),
    ("organization", "fiob", "Frente Indígena"),
    ("partnership", "mfa", "Migrant Forum in Asia"),
    ("partnership", "mri", "Migrant Rights International"),
    ("gathering", "pga-2010", "Peoples’ Global Action 2010"),
    ("gathering", "gfmd-2010", "Global Forum 2010"),
    ("campaign", "vote", "Vote from abroad"),
    ("instrument", "icrmw", "Migrant Workers Convention"),
    ("project", "3x1", "Three for One"),
    ("demand", "not-migrate", "Right to not migrate"),
    ("case", "hong-kong", "Domestic workers in Hong Kong"),
)


def example() -> dict[str, Record]:
    """Write the small catalogue in one accepted change. Returns its records by slug."""
    changeset = Changeset(reason="A small catalogue to try things with.", label="example")
    sources = [
        changeset.change_reference(
            "source", key=key, short=short, title=short, source_kind=kind, observed="2010"
        )
        for key, short, kind in (
            ("fox-gois-2010", "Fox and Gois 2010", "paper"),
            ("own-mfa", "Migrant Forum in Asia", "own"),
        )
    ]
    paper, own = sources
    changeset.change_reference(
        "citation", source=paper, locator="Prop 7", as_printed="MFA, n.d.", cites=own
    )
    terms = {
        code: changeset.change_reference(
            "term", scheme=scheme, code=code, labels={"en": label}, source=paper, locator="Prop 6"
        )
        for scheme, code, label in TERMS
    }
    records = {slug: changeset.record(kind, slug) for kind, slug, _ in RECORDS}
    for _, slug, name in RECORDS:
        changeset.add("name", records[slug], text=name, language="en", preferred=True, source=paper)
    mfa, mri, fiob = records["mfa"], records["mri"], records["fiob"]
    ph, manila, mx = records["ph"], records["manila"], records["mx"]

    changeset.add("name", mfa, text="MFA", name_kind="acronym", source=own, voice="own")
    changeset.add("existence", mfa, event="founded", edtf="1994", source=own, voice="own")
    changeset.add("arena_placement", mfa, arena="membership", source=paper, locator="Prop 7")
    changeset.add("arena_placement", fiob, arena="membership", source=paper, edtf="1994/..")
    changeset.add("text", mfa, text_kind="own_words", body="A network.", source=own, voice="own")
    changeset.add("relation", manila, predicate=terms["part_of"], object=ph, source=paper)
    changeset.add("presence", mfa, place=manila, role="seat", source=own, voice="own")
    changeset.add("presence", fiob, place=mx, role="seat", source=paper, edtf="2001/2005")
    changeset.add("presence", records["pga-2010"], place=mx, role="held_at", source=paper)
    changeset.add("membership", mfa, partnership=mri, source=own, voice="own", edtf="1994/..")
    changeset.add("membership", fiob, partnership=mri, source=paper, grade="member")
    changeset.add("trait", mfa, term=terms["civil"], source=paper)
    changeset.add("trait", mfa, term=terms["network"], source=own, voice="own")
    changeset.add("trait", mfa, term=terms["coalition"], source=paper)
    changeset.add("trait", fiob, term=terms["women"], source=paper, speaker=mri, voice="quoted")
    changeset.add("figure", mfa, measure=terms["member_organizations"], low=100, source=paper)
    changeset.add(
        "relation",
        records["pga-2010"],
        predicate=terms["parallel_to"],
        object=records["gfmd-2010"],
        source=paper,
        speaker_name="La Jornada",
        voice="quoted",
    )
    changeset.add("identifier", ph, scheme="iso3166-1", value="PH", source=paper)
    changeset.add("link", mfa, url="https://mfasia.org/", source=own, voice="own")
    changeset.add(
        "contact",
        mfa,
        contact_kind="email",
        value="mfa@example.org",
        source=own,
        voice="own",
        tier=0,
    )
    changeset.add("coverage", mri, field="memberships", verdict="partial", source=paper)
    changeset.add("withheld", mri, field="contacts", reason="safety", source=paper)
    changeset.add(
        "involvement", mfa, undertaking=records["pga-2010"], role="convenor", source=paper
    )
    changeset.add("involvement", mri, undertaking=records["vote"], role="joins", source=paper)
    changeset.add("legal_act", records["icrmw"], act="adopted", edtf="1990-12-18", source=paper)
    changeset.add(
        "legal_act", records["icrmw"], act="ratified", actor=ph, edtf="1995", source=paper
    )
    changeset.add(
        "context",
        mx,
        dimension=terms["freedom_of_association"],
        value="free",
        setting="in_law",
        comparator=ph,
        source=paper,
    )
    changeset.propose().accept()
    return {record.slug: record for record in Record.objects.all()}


def change(reason: str, *steps: Callable[[Changeset], None]) -> Changeset:
    """Accept a proposal of these steps, each a function that writes into it. Returns it."""
    changeset = Changeset(reason=reason)
    for step in steps:
        step(changeset)
    return changeset.propose().accept()


def add_records(kind: str, count: int) -> list[Record]:
    """Add so many records of a kind, each with a name, to a catalogue that has a source."""
    changeset = Changeset(reason=f"{count} more")
    source = Source.objects.order_by("id").first()
    made = [changeset.record(kind, f"more-{kind}-{number}") for number in range(count)]
    for number, record in enumerate(made):
        changeset.add("name", record, text=f"More {number:02}", language="en", source=source)
    changeset.propose().accept()
    return made
