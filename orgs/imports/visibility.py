"""What a refusal may tell: uploaders read only what is public."""

from typing import Any

from orgs.records.record import Level
from orgs.records.source import Tier
from orgs.statements.statement import statement_kinds

from .plan import PlannedStatement


def may_reveal_secret(statement: PlannedStatement) -> bool:
    """Whether the ledger may refuse a statement because of data that is not public.

    A refusal would tell the uploader that, say, a hidden organization has an identifier or a
    membership.
    """
    if statement.kind == "identifier":
        criteria = {"scheme": statement.values["scheme"], "value": statement.values["value"]}
        return _has_secrets("identifier", criteria)
    criteria = {"record": statement.values["record_id"]}
    return any(
        _has_secrets(kind, criteria) for kind in {statement.kind, "trait", "arena_placement"}
    )


def _has_secrets(kind: str, criteria: dict[str, Any]) -> bool:
    """Whether a statement of this kind matches and is not public."""
    model = statement_kinds()[kind]
    public: dict[str, Any] = {
        "tier": Tier.PUBLIC,
        "source__tier": Tier.PUBLIC,
        "record__level": Level.LISTED,
    }
    if model.object_name:
        public[f"{model.object_name}__level"] = Level.LISTED
    return model.objects.current().filter(**criteria).exclude(**public).exists()
