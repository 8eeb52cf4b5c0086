"""What follows from the record: each judgement with its definition and its answers today."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.utils.translation import gettext
from django.views.generic import TemplateView

from orgs.filters import facet_counts
from orgs.models import Entry, Kind
from orgs.models.judgement import JUDGED

from ..judgements.judge import WINDOW_YEARS
from ..judgements.words import DEFINITIONS


class JudgementList(TemplateView):
    """What is judged, each with its question."""

    template_name = "campaigns/judgements.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        return super().get_context_data(
            definitions=DEFINITIONS.items(), title=gettext("What follows from the record"), **kwargs
        )


class JudgementPage(TemplateView):
    """One judgement: its definition, the sentence of the paper, the answers as they are today."""

    template_name = "campaigns/judgement.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows. Raises Http404 for what is not judged."""
        name = kwargs["name"]
        if name not in DEFINITIONS:
            raise Http404
        judged = JUDGED[name]
        entries = Entry.objects.published().of_kinds(*judged.kinds)
        counts = {
            answer["value"]: answer["count"] for answer in facet_counts(entries, [name])[name]
        }
        whole = Kind.ORGANIZATION in judged.kinds
        listed = "/organizations/" if whole else "/networks-and-coalitions/"
        answers = [
            (label, counts.get(value, 0), f"{listed}?{urlencode({name: value})}")
            for value, label in judged.answers.choices
        ]
        definition = DEFINITIONS[name]
        return super().get_context_data(
            definition=definition,
            answers=answers,
            years=WINDOW_YEARS,
            title=definition.title,
            **kwargs,
        )
