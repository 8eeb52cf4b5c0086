"""Serializers that describe the responses of the API; they serialize nothing.

Documents are stored ready in the database. The OpenAPI document, the guide and the tests read
these descriptions. They are built from the register of statement kinds, so a new kind needs no
change here. The docstrings of serializers are published as descriptions.
"""

from functools import cache
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import override
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from orgs.projection.analysis import FINDING_KINDS, FindingKind
from orgs.records.edtf import EDTF_PATTERN
from orgs.records.kinds import RECORD_KINDS, Kind
from orgs.records.record import Sphere
from orgs.records.source import Source
from orgs.records.term import Term
from orgs.statements.statement import PARTS, Statement, statement_kinds


def model_field(model: type[models.Model], name: str) -> models.Field:
    return next(field for field in model._meta.concrete_fields if field.name == name)


def edtf(help_text: str, **options: Any) -> serializers.Field:
    return serializers.RegexField(EDTF_PATTERN, help_text=help_text, **options)


def field_pattern(field: models.Field) -> str:
    """The regular expression that a constraint of the model wants its values to match, or ""."""
    if field.name == "observed":  # a function of the database checks it
        return EDTF_PATTERN
    for constraint in field.model._meta.constraints:
        match constraint:
            case models.CheckConstraint(condition=models.Q(children=[(name, str(pattern))])):
                if name == f"{field.name}__regex":
                    return pattern
    return ""


def field_serializer(field: models.Field, help_text: str = "") -> serializers.Field:
    """Describe a model field as documents contain it.

    `help_text` is for model fields that have none of their own.
    """
    options: dict[str, Any] = {
        "help_text": str(field.help_text) or help_text,
        "allow_null": field.null,
    }
    if isinstance(field, models.ForeignKey):
        return serializers.CharField(**options)
    if field.choices:
        choices = [*([("", "not said")] if field.blank else []), *field.flatchoices]
        return serializers.ChoiceField(choices=choices, **options)
    if isinstance(field, models.BooleanField):
        return serializers.BooleanField(**options)
    if isinstance(field, models.DecimalField):
        return serializers.FloatField(**options)
    if isinstance(field, models.IntegerField):
        return serializers.IntegerField(**options)
    if pattern := field_pattern(field):
        return serializers.RegexField(pattern, **options)
    return serializers.CharField(**options)


def constant(value: str, help_text: str) -> serializers.ChoiceField:
    """A field with a constant value, which distinguishes kinds of documents."""
    return serializers.ChoiceField(choices=[value], help_text=help_text)


PAGE_URL = "The path of its page, which people read."

API_URL = "Its permanent path in this API, which programs read."


class Mention(serializers.Serializer):
    """Another record, as a document mentions it."""

    id = serializers.UUIDField(help_text="Its permanent id.")
    kind = serializers.ChoiceField(choices=RECORD_KINDS, help_text="What it is.")
    slug = serializers.CharField(help_text="The last part of its address.")
    label = serializers.CharField(help_text="What it is called.")  # type: ignore[assignment]
    url = serializers.CharField(help_text=PAGE_URL)
    api_url = serializers.CharField(help_text=API_URL)


class Speaker(serializers.Serializer):
    """The speaker that the source quotes: a record, or only a name."""

    id = serializers.UUIDField(allow_null=True, help_text="Its permanent id, if it is a record.")
    label = serializers.CharField(help_text="What it is called.")  # type: ignore[assignment]
    url = serializers.CharField(allow_null=True, help_text=PAGE_URL)
    api_url = serializers.CharField(allow_null=True, help_text=API_URL)


SOURCE_HELP_TEXTS = {
    "title": "What it is called, as printed.",
    "source_kind": "The kind of work.",
    "publisher": "Who published it, as printed.",
}
"""For fields of a source that have no help text in forms."""


class CitedSource(serializers.Serializer):
    """A source that the document cites."""

    id = serializers.CharField(help_text="Its key, which statements name as `source`.")
    short = field_serializer(model_field(Source, "short"))
    title = field_serializer(model_field(Source, "title"), SOURCE_HELP_TEXTS["title"])
    authors = field_serializer(model_field(Source, "authors"))
    issued = field_serializer(model_field(Source, "issued"))
    observed = field_serializer(model_field(Source, "observed"))
    observed_inferred = field_serializer(model_field(Source, "observed_inferred"))
    url = serializers.CharField(help_text=PAGE_URL)
    api_url = serializers.CharField(help_text=API_URL)


class LastObserved(serializers.Serializer):
    """When a record was last observed, as EDTF."""

    itself = edtf("When the organization last checked its own entry.", allow_null=True)
    network = edtf("When a network last confirmed that it is a member.", allow_null=True)
    anyone = edtf("The latest observation by any of its sources.", allow_null=True)


def _common_fields() -> dict[str, serializers.Field]:
    """The fields of every statement, in the order of its JSON (`statements_of`)."""
    return {
        "detail": field_serializer(model_field(Statement, "detail")),
        "holds": serializers.BooleanField(help_text="False if the source denies it."),
        "when": edtf(
            "When it applied, as EDTF (levels 0 and 1); null if the source does not date it: then "
            "it applies from the day it was observed.",
            allow_null=True,
        ),
        "observed": edtf("When the source observed it, as EDTF."),
        "current": serializers.BooleanField(help_text="Whether it applies today."),
        "voice": field_serializer(model_field(Statement, "voice")),
        "speaker": Speaker(
            allow_null=True, help_text="The speaker that the source quotes, if any."
        ),
        "confidence": field_serializer(
            model_field(Statement, "confidence"), "How firmly the source states it."
        ),
        "source": serializers.CharField(help_text="The key of its source."),
        "locator": field_serializer(model_field(Statement, "locator")),
        "quote": field_serializer(model_field(Statement, "quote")),
        "disputed": serializers.BooleanField(
            help_text="Whether another statement says otherwise. A seat in a city and one in its "
            "state or country agree."
        ),
        "preferred": serializers.BooleanField(
            help_text="The one among rivals that headings and lists show."
        ),
        "note": field_serializer(model_field(Statement, "note")),
    }


def statement_serializer(kind: type[Statement]) -> type[serializers.Serializer]:
    fields: dict[str, serializers.Field] = {
        "statement": serializers.IntegerField(
            help_text="Its number: it can be cited by this alone."
        )
    }
    if kind.code_column:
        name, code_column = kind.code_column
        fields[name] = field_serializer(
            next(field for field in kind._meta.concrete_fields if field.column == code_column)
        )
    for name in kind.document_fields:
        fields[name] = field_serializer(model_field(kind, name))
    if kind.object_name:
        field = model_field(kind, kind.object_name)
        fields[kind.object_name] = Mention(allow_null=field.null, help_text=str(field.help_text))
    if kind.term_name:
        fields[kind.term_name] = field_serializer(model_field(kind, kind.term_name))
        fields["label"] = serializers.CharField(help_text="The term as people read it.")
    return build_serializer(
        f"{kind.__name__}Statement", kind.__doc__, {**fields, **_common_fields()}
    )


def build_serializer(
    name: str, doc: str | None, fields: dict[str, serializers.Field], *bases: type
) -> type[serializers.Serializer]:
    attributes = {"__doc__": (doc or "").split("\n\n")[0], "__module__": __name__}
    return type(name, bases or (serializers.Serializer,), {**fields, **attributes})


STATEMENTS = {kind.part: statement_serializer(kind) for kind in statement_kinds().values()}
"""By part of a document."""


def _change_fields() -> dict[str, serializers.Field]:
    return {
        "change": serializers.IntegerField(
            help_text="The number of the last change of this document; for `known_at`, of the "
            "change asked about."
        ),
        "updated": serializers.DateTimeField(
            allow_null=True, help_text="When that change was accepted."
        ),
    }


def _address_fields(kind: str) -> dict[str, serializers.Field]:
    return {
        "slug": serializers.CharField(help_text="The last part of its address; it may change."),
        "kind": constant(kind, "What it is."),
        "url": serializers.CharField(help_text=PAGE_URL),
        "api_url": serializers.CharField(help_text=API_URL),
        "label": serializers.CharField(help_text="What it is called in headings and lists."),
    }


def _finding_fields(kind: FindingKind) -> dict[str, serializers.Field]:
    """The fields of a finding within one window."""
    return {
        "value": serializers.ChoiceField(
            choices=kind.answers.choices,
            help_text="The answer. The record may not suffice: that is no denial.",
        ),
        "numbers": serializers.DictField(
            child=serializers.FloatField(), help_text="What was counted, by name."
        ),
        "because": serializers.ListField(
            child=serializers.IntegerField(),
            help_text="The statements it rests on, by number (/id/<number>): the first of them.",
        ),
        "because_count": serializers.IntegerField(help_text="How many statements it rests on."),
    }


def finding_serializer(name: str, kind: FindingKind) -> type[serializers.Serializer]:
    title = name.title().replace("_", "")
    ever = build_serializer(f"{title}Ever", "The same, whenever it was.", _finding_fields(kind))
    fields = {
        **_finding_fields(kind),
        "window": serializers.CharField(
            help_text="How far it looks back from the requested day, as an ISO 8601 duration."
        ),
        "ever": ever(
            allow_null=True, help_text="The answer without a window; null if it is the same."
        ),
    }
    return build_serializer(title, kind.about, fields)


FINDINGS = {name: finding_serializer(name, kind) for name, kind in FINDING_KINDS.items()}
"""By name."""


def record_serializer(kind: str) -> type[serializers.Serializer]:
    parts: dict[str, serializers.Field] = {}
    for part in [*PARTS, *sorted(set(STATEMENTS) - set(PARTS))]:
        statement = STATEMENTS[part]
        parts[part] = (
            serializers.DictField(
                child=serializers.ListField(child=statement()),
                help_text="Its coded qualities, by the scheme of their terms.",
            )
            if part == "traits"
            else statement(many=True, help_text=statement.__doc__)
        )
    fields = {
        "id": serializers.UUIDField(help_text="Its permanent id."),
        **_address_fields(kind),
        "sphere": serializers.ChoiceField(
            choices=[("", "unknown"), *Sphere.choices],
            help_text="Its sphere: civil society, market, state, intergovernmental.",
        ),
        **parts,
        "observed": LastObserved(help_text="When it was last observed, and by whom."),
        "sources": CitedSource(many=True, help_text="Every source cited above."),
        **_change_fields(),
    }
    if kind == Kind.PARTNERSHIP:
        fields |= {
            "calls_itself": STATEMENTS["traits"](
                many=True, help_text="What it calls itself: network, coalition, alliance, ..."
            ),
            "called": STATEMENTS["traits"](many=True, help_text="What others call it."),
            "members": serializers.CharField(
                help_text="The path of the list of its members, a question to /memberships/."
            ),
        }
    fields |= {
        name: FINDINGS[name](help_text=finding.about)
        for name, finding in FINDING_KINDS.items()
        if kind in finding.kinds
    }
    with override(settings.LANGUAGE_CODE):
        about = f"All that the catalogue says in public about one {Kind(kind).label}."
    return build_serializer(kind.title(), about, fields)


class Citing(serializers.Serializer):
    """That this source cites another, as printed."""

    locator = serializers.CharField(help_text="Where in this source.")
    as_printed = serializers.CharField(help_text="The citation as printed.")
    cites = serializers.CharField(
        allow_null=True, help_text="The key of the source that is believed to be meant."
    )
    note = serializers.CharField(help_text="What is odd about it.")


class CitedBy(serializers.Serializer):
    """That another source cites this one."""

    source = serializers.CharField(help_text="The key of the citing source.")  # type: ignore[assignment]
    locator = serializers.CharField(help_text="Where in it.")
    as_printed = serializers.CharField(help_text="The citation as printed.")


def _source_serializer() -> type[serializers.Serializer]:
    columns = ("title", "authors", "issued", "source_kind", "container", "publisher")
    more_columns = ("language", "observed", "observed_inferred", "in_bibliography", "note")
    return build_serializer(
        "Source",
        "A work, a page or a voice that makes statements.",
        {
            "id": serializers.CharField(help_text="Its permanent key."),
            **_address_fields("source"),
            **{
                name: field_serializer(model_field(Source, name), SOURCE_HELP_TEXTS.get(name, ""))
                for name in columns
            },
            "published_by": Mention(
                allow_null=True, help_text="The publisher, where it is in the catalogue."
            ),
            "urls": serializers.ListField(
                child=serializers.CharField(), help_text="Web addresses, as printed."
            ),
            **{name: field_serializer(model_field(Source, name)) for name in more_columns},
            "citations": Citing(many=True, help_text="What it cites."),
            "cited_by": CitedBy(many=True, help_text="What cites it."),
            **_change_fields(),
        },
    )


def _term_serializer() -> type[serializers.Serializer]:
    return build_serializer(
        "Term",
        "A word of the vocabulary: a code in a scheme, with definition and locator.",
        {
            "id": serializers.CharField(help_text="Scheme and code: identity:women."),
            **_address_fields("term"),
            "scheme": field_serializer(model_field(Term, "scheme")),
            "code": field_serializer(model_field(Term, "code")),
            "labels": serializers.DictField(
                child=serializers.CharField(), help_text="By language."
            ),
            "definitions": serializers.DictField(
                child=serializers.CharField(), help_text="By language."
            ),
            "quote": field_serializer(model_field(Term, "quote")),
            "source": serializers.CharField(
                allow_null=True, help_text="The key of the source of the definition."
            ),
            "locator": field_serializer(model_field(Term, "locator")),
            "speaker": serializers.CharField(
                allow_null=True,
                help_text="Whose definition the source quotes, if another's.",
            ),
            "broader": serializers.CharField(
                allow_null=True, help_text="The broader term: scheme and code."
            ),
            "position": field_serializer(model_field(Term, "position")),
            "needs_purpose": field_serializer(model_field(Term, "needs_purpose")),
            **_change_fields(),
        },
    )


def _arena_serializer() -> type[serializers.Serializer]:
    return build_serializer(
        "Arena",
        "One of the four arenas of migrant civil society.",
        {
            "id": serializers.CharField(help_text="Its code: membership, space, ngo, media."),
            **_address_fields("arena"),
            "definition": serializers.CharField(help_text="What is meant."),
            "locator": serializers.CharField(help_text="Where in the paper."),
            "position": serializers.IntegerField(help_text="Its place among the four."),
            "actors": serializers.CharField(help_text="The path of the list of its actors."),
            **_change_fields(),
        },
    )


def _membership_serializer() -> type[serializers.Serializer]:
    return build_serializer(
        "Membership",
        "A membership as an item of its own: the statement, with both actors.",
        {
            "id": serializers.CharField(help_text="The number of the statement."),
            **_address_fields("membership"),
            "member": Mention(help_text="Who belongs."),
            "membership": STATEMENTS["memberships"](help_text="The statement and its source."),
            "confirmed": serializers.ChoiceField(
                choices=[
                    ("both", "both sides confirm"),
                    ("member", "stated by the member"),
                    ("partnership", "stated by the network"),
                    ("other", "stated by another source"),
                ],
                allow_null=True,
                help_text="Which sides say that the one belongs to the other, in any statement of "
                "the two; null if all say that it does not.",
            ),
            **_change_fields(),
        },
    )


DOCUMENTS: dict[str, type[serializers.Serializer]] = {
    **{kind: record_serializer(kind) for kind in RECORD_KINDS},
    "source": _source_serializer(),
    "term": _term_serializer(),
    "arena": _arena_serializer(),
    "membership": _membership_serializer(),
}
"""By kind of entry."""


def document_serializer(*kinds: str) -> serializers.Serializer:
    if len(kinds) == 1:
        return DOCUMENTS[kinds[0]]()
    return PolymorphicProxySerializer(
        component_name="Or".join(kind.title() for kind in kinds) if len(kinds) < 4 else "Document",
        serializers={kind: DOCUMENTS[kind] for kind in kinds},
        resource_type_field_name="kind",
    )


@cache
def field_names(*kinds: str) -> tuple[str, ...]:
    """The top-level fields of documents of these kinds, in reading order."""
    names = (name for kind in kinds for name in DOCUMENTS[kind]._declared_fields)
    return tuple(dict.fromkeys(names))
