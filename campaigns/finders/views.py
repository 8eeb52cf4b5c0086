"""The finders: questions of organizers to the record, each with a page of its own."""

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
from orgs.pages.addresses import Withdrawn, get_published_entry, withdrawn_response
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.search.filters import ACTORS, PLACE, RECORDS, DaysField
from orgs.search.text import search as found_by_words

from .bridges import DEVELOPMENT, RIGHTS, bridges
from .counterparts import SHOWN, WEIGHTS, counterparts_of
from .here_and_there import OBSERVED, SAID, here_and_there
from .missing_rungs import ADVOCACY, EXAMINED, SERVICE, ladder_of, missing_rungs, terms_of
from .shared_targets import aiming_at, most_aimed_at
from .words import FINDERS, MISSING, WEIGHED

ALIKE = 8
"""How many entries with a like name are offered to whoever asks for one that there is not."""

LONGEST_NAME = 200


class FinderList(TemplateView):
    """Every finder with its question."""

    template_name = "campaigns/finders/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        return super().get_context_data(
            finders=FINDERS.items(), title=gettext_lazy("Finders"), **kwargs
        )


class Finder(TemplateView):
    """One finder: its question, about an entry if it takes one, and what it finds.

    `parameter` names the question by which the entry is given, by its slug; words that are no slug
    offer the entries that are called so.
    """

    name = ""
    parameter = ""
    about: tuple[str, ...] = ()
    """The kinds of entry it can be asked about."""

    entry: Entry | None = None
    asked = ""
    similar: list[Entry] | None = None
    """What is called nearly so, where there is nothing at the address that was asked for."""

    @property
    def told(self):
        """Return the finder in words."""
        return FINDERS[self.name]

    def get_template_names(self) -> list[str]:
        """Return the template, called like the finder."""
        return [f"campaigns/finders/{self.name.replace('-', '_')}.html"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the page; for an entry that there is not, with what to do instead."""
        self.asked = request.GET.get(self.parameter, "").strip()[:LONGEST_NAME]
        if self.asked:
            try:
                self.entry = get_published_entry(self.about, self.asked)
            except Withdrawn as gone:
                return withdrawn_response(request, gone.entry)
            except Http404:
                entries = Entry.objects.published().of_kinds(*self.about)
                named = found_by_words(entries, self.asked).order_by("rank", "sort_key", "id")
                self.similar = list(named.only("id", "kind", "slug", "label")[:ALIKE])
                called_so = [one for one in self.similar if cast(Any, one).rank == 0]
                if len(called_so) == 1:
                    return HttpResponseRedirect(self.address_of(called_so[0]))
        if self.entry is not None and self.entry.slug != self.asked:
            return HttpResponsePermanentRedirect(self.address_of(self.entry))
        context = self.get_context_data(**kwargs)
        refused = self.similar is not None or context.get("refused")
        status = 404 if self.similar is not None else 400 if refused else 200
        return self.render_to_response(context, status=status)

    def address_of(self, entry: Entry) -> str:
        """Return the address of the same question about an entry."""
        question = self.request.GET.copy()
        question[self.parameter] = entry.slug
        return f"{self.request.path}?{question.urlencode()}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        return super().get_context_data(
            told=self.told,
            title=self.told.title,
            parameter=self.parameter,
            asked=self.entry.label if self.entry else self.asked,
            entry=self.entry,
            similar=self.similar,
            here=reverse(f"finders-{self.name}"),
            **kwargs,
        )


class Counterparts(Finder):
    """Who has a like role at the other end, and is not yet tied."""

    name = "counterparts"
    parameter = "of"
    about = ACTORS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        answer = counterparts_of(self.entry.id, Counter.today()) if self.entry else None
        return super().get_context_data(
            answer=answer,
            missing=[MISSING[one] for one in answer.missing] if answer else [],
            weights=[(WEIGHED[kind], weight) for kind, weight in WEIGHTS.items()],
            most=SHOWN,
            **kwargs,
        )


class When(forms.Form):
    """The day up to which a finder looks."""

    as_of = DaysField(
        required=False,
        max_length=40,
        label=gettext_lazy("As it was in"),
        help_text=gettext_lazy("A year, month or day: 2010, 2010-10, 2010-10-08."),
    )


class SharedTargets(Finder):
    """Who else aims at something."""

    name = "shared-targets"
    parameter = "target"
    about = RECORDS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        when = When(self.request.GET)
        days = when.cleaned_data["as_of"] if when.is_valid() else None
        today = Counter.today()
        day = min(days.upper, today) if days else today
        ask = self.entry is not None and not when.errors
        return super().get_context_data(
            when=when,
            day=day,
            past=day != today,
            refused=bool(when.errors),
            years=WINDOW_YEARS,
            answer=aiming_at(cast(Entry, self.entry).id, day) if ask else None,
            targets=most_aimed_at(today) if self.entry is None else [],
            **kwargs,
        )


class MissingRungs(Finder):
    """Who serves without a tie to advocacy, and the other way round; the ladder of one body."""

    name = "missing-rungs"
    parameter = "of"
    about = (*ACTORS, *PLACE)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows: of a body its ladder, of a place those who are there."""
        today = Counter.today()
        of_body = self.entry is not None and self.entry.kind in ACTORS
        place = self.entry if self.entry is not None and not of_body else None
        ladder = ladder_of(cast(Entry, self.entry).id, today) if of_body else None
        answer = None
        if not of_body and self.similar is None:
            answer = missing_rungs(today, place.id if place else None)
        return super().get_context_data(
            ladder=ladder,
            answer=answer,
            most=EXAMINED,
            service=terms_of(SERVICE),
            advocacy=terms_of(ADVOCACY),
            words=found.words if (found := ladder or answer) else {},
            **kwargs,
        )


class Bridges(Finder):
    """Who and what joins the agendas of rights and of development."""

    name = "bridges"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
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
        """Return what the template shows."""
        by = SAID if self.request.GET.get("by") == "said" else OBSERVED
        return super().get_context_data(
            answer=here_and_there(Counter.today(), by), said=by == SAID, **kwargs
        )
