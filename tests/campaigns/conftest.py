"""What tests of campaigns share."""

import pytest

from orgs.changes.changeset import Changeset
from orgs.records.term import Term


@pytest.fixture
def dimensions(write) -> dict[str, Term]:
    """Dimensions and kinds of ally, by their codes."""
    changeset = Changeset(reason="A test.")
    wider = changeset.change_reference(
        "term", scheme="dimension", code="social_rights", labels={"en": "Social rights"}, position=1
    )
    made = {
        code: changeset.change_reference(
            "term", scheme="dimension", code=code, labels={"en": label}, position=place, **more
        )
        for place, (code, label, more) in enumerate(
            (
                ("schooling", "Schooling", {"broader": wider}),
                ("civil_rights", "Civil rights", {}),
                ("ally_presence", "Presence of allies", {}),
                ("opponent_power", "Power of opponents", {}),
                ("voting_abroad", "Voting from abroad", {}),
            ),
            2,
        )
    }
    for code in ("trade_unions", "religious_institutions"):
        made[code] = changeset.change_reference(
            "term", scheme="ally_type", code=code, labels={"en": code.replace("_", " ")}
        )
    changeset.propose().accept()
    return {code: Term.objects.get(pk=number) for code, number in made.items()}
