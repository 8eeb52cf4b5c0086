from typing import Any, cast

from django import forms
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from campaigns.analysis.analyzer import WINDOW_YEARS
from orgs.projection.addresses import resolve
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.kinds import ACTOR_KINDS, RECORD_KINDS
from orgs.search.filter_types import DaysField
from orgs.search.filters import PLACE
from orgs.search.text import search as search_entries

from .bridges import DEVELOPMENT, RIGHTS, bridges
from .counterparts import MAX_SHOWN, counterparts_of
from .definitions import FINDERS, MISSING_LABELS, WEIGHT_LABELS
from .here_and_there import OBSERVED, STATED, here_and_there
from .missing_rungs import ADVOCACY, MAX_EXAMINED, SERVICE, ladder_of, missing_rungs, terms_of
from .reasons import WEIGHTS
from .shared_targets import actors_with_target, most_frequent_targets

MAX_SIMILAR = 8
"""The most entries with a similar name offered for an unknown one."""

MAX_NAME_LENGTH = 200


class FinderList(TemplateView):
    template_name = "campaigns/finders/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            finders=FINDERS.items(), title=gettext_lazy("Finders"), **kwargs
        )


class Finder(TemplateView):
    """A finder: its question, the entry it is about, if it takes one, and its results.

    `parameter` is the query parameter for the entry, by slug; other text offers entries with such a
    name.
    """

    name = ""
    parameter = ""
    about: tuple[str, ...] = ()
    """The kinds of entry it takes."""

    entry: Entry | None = None
    requested = ""
    similar: list[Entry] | None = None
    """Entries with a similar name, if the requested one is unknown; otherwise None."""

    @property
    def definition(self):
        return FINDERS[self.name]

    def get_template_names(self) -> list[str]:
        return [f"campaigns/finders/{self.name.replace('-', '_')}.html"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Status 404 for an unknown entry, 400 for an invalid time."""
        self.requested = request.GET.get(self.parameter, "").strip()[:MAX_NAME_LENGTH]
        if self.requested:
            try:
                self.entry = resolve(self.about, self.requested)
            except Http404:
                entries = Entry.objects.published().of_kinds(*self.about)
                matches = search_entries(entries, self.requested).order_by("rank", "sort_key", "id")
                self.similar = list(matches.only("id", "kind", "slug", "label")[:MAX_SIMILAR])
                exact = [entry for entry in self.similar if cast(Any, entry).rank == 0]
                if len(exact) == 1:
                    return HttpResponseRedirect(self.url_for(exact[0]))
        if self.entry is not None and self.entry.slug != self.requested:
            return HttpResponsePermanentRedirect(self.url_for(self.entry))
        context = self.get_context_data(**kwargs)
        refused = self.similar is not None or context.get("refused")
        status = 404 if self.similar is not None else 400 if refused else 200
        return self.render_to_response(context, status=status)

    def url_for(self, entry: Entry) -> str:
        query = self.request.GET.copy()
        query[self.parameter] = entry.slug
        return f"{self.request.path}?{query.urlencode()}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            definition=self.definition,
            title=self.definition.title,
            parameter=self.parameter,
            requested=self.entry.label if self.entry else self.requested,
            entry=self.entry,
            similar=self.similar,
            here=reverse(f"finders-{self.name}"),
            **kwargs,
        )


class Counterparts(Finder):
    """Actors with a similar role at the other end, without a tie."""

    name = "counterparts"
    parameter = "of"
    about = ACTOR_KINDS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        answer = counterparts_of(self.entry.id, Counter.today()) if self.entry else None
        return super().get_context_data(
            answer=answer,
            missing=[MISSING_LABELS[name] for name in answer.missing] if answer else [],
            weights=[(WEIGHT_LABELS[kind], weight) for kind, weight in WEIGHTS.items()],
            most=MAX_SHOWN,
            **kwargs,
        )


class WindowForm(forms.Form):
    """The day up to which a finder looks."""

    as_of = DaysField(
        required=False,
        max_length=40,
        label=gettext_lazy("As it was in"),
        help_text=gettext_lazy("A year, month or day: 2010, 2010-10, 2010-10-08."),
    )


class SharedTargets(Finder):
    """Actors with the same target."""

    name = "shared-targets"
    parameter = "target"
    about = RECORD_KINDS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = WindowForm(self.request.GET)
        days = form.cleaned_data["as_of"] if form.is_valid() else None
        today = Counter.today()
        day = min(days.upper, today) if days else today
        has_query = self.entry is not None and not form.errors
        return super().get_context_data(
            form=form,
            day=day,
            past=day != today,
            refused=bool(form.errors),
            years=WINDOW_YEARS,
            answer=actors_with_target(cast(Entry, self.entry).id, day) if has_query else None,
            targets=most_frequent_targets(today) if self.entry is None else [],
            **kwargs,
        )


class MissingRungs(Finder):
    """Service without a tie to advocacy and the reverse; the ladder of one actor."""

    name = "missing-rungs"
    parameter = "of"
    about = (*ACTOR_KINDS, *PLACE)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """For an actor its ladder, for a place the actors there."""
        today = Counter.today()
        is_actor = self.entry is not None and self.entry.kind in ACTOR_KINDS
        place = self.entry if self.entry is not None and not is_actor else None
        ladder = ladder_of(cast(Entry, self.entry).id, today) if is_actor else None
        answer = None
        if not is_actor and self.similar is None:
            answer = missing_rungs(today, place.id if place else None)
        return super().get_context_data(
            ladder=ladder,
            answer=answer,
            most=MAX_EXAMINED,
            service=terms_of(SERVICE),
            advocacy=terms_of(ADVOCACY),
            labels=result.labels if (result := ladder or answer) else {},
            **kwargs,
        )


class Bridges(Finder):
    """What joins the agendas of rights and of development."""

    name = "bridges"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            answer=bridges(Counter.today()),
            rights=terms_of(RIGHTS),
            development=terms_of(DEVELOPMENT),
            **kwargs,
        )


class HereAndThere(Finder):
    """Levels by sides by time."""

    name = "here-and-there"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        by = STATED if self.request.GET.get("by") == "stated" else OBSERVED
        return super().get_context_data(
            answer=here_and_there(Counter.today(), by), stated=by == STATED, **kwargs
        )
