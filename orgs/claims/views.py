"""Coming to speak for a body: claiming it, handing it over, stopping a claim, adding a body."""

from typing import Any

from django import forms
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from orgs.access.representative import Representative
from orgs.projection.entry import Entry
from orgs.records.arena import Arena
from orgs.records.characters import LONGEST_MESSAGE, LineField, MessageField, TextField
from orgs.records.languages import Tongues

from .claims import (
    Message,
    WrongAccount,
    accept,
    ask_for_code,
    ask_moderators,
    deliver,
    hand_over,
    has_address,
    invited_by,
    lapses_on,
    listed,
    prove_by_code,
    represents,
    step_down,
    stop,
    stopped_by,
)
from .registration import Addition, add, alike


class Sent(HttpResponseRedirect):
    """Leads on, and sends messages once the answer has left: how long they take tells nothing."""

    def __init__(self, address: str, changesets: list[Message]) -> None:
        super().__init__(address)
        self.changesets = changesets

    def close(self) -> None:
        """Send them, then end the request."""
        changesets, self.changesets = self.changesets, []
        deliver(changesets)
        super().close()


class CodeForm(forms.Form):
    """The code that was sent to a body."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )


class NoteForm(forms.Form):
    """What somebody writes to the moderators."""

    note = MessageField(
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST_MESSAGE,
        label=gettext_lazy("Who are you to this organization, and how can we check it?"),
        help_text=gettext_lazy(
            "For example a page of your organization that shows your address, or a "
            "published telephone number. Only moderators see this note, your display "
            "name and the domain of your address."
        ),
    )


class HandOverForm(forms.Form):
    """To whom somebody hands over."""

    address = forms.EmailField(
        label=gettext_lazy("e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
        help_text=gettext_lazy("Your colleague’s address. We send a single-use invitation there."),
    )
    steps_down = forms.BooleanField(
        label=gettext_lazy("I step down at once"),
        required=False,
        help_text=gettext_lazy("Otherwise you both represent it."),
    )


@method_decorator(never_cache, name="dispatch")
class ClaimPage(TemplateView):
    """Pages about one body that somebody wants to speak for. What is not listed is not there."""

    uses_application_role = True

    kinds = ("organization", "partnership")
    tail = "claim/"
    form_class: type[forms.Form]
    entry: Entry

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Find the entry. Raises Http404 alike for what is hidden, withdrawn, merged and no one."""
        self.entry = get_object_or_404(listed(), slug=kwargs["slug"])
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        kwargs.setdefault("form", self.form_class())
        return super().get_context_data(
            entry=self.entry, here=self.request.path, title=self.title, **kwargs
        )

    @property
    def title(self) -> str:
        """The heading of the page."""
        return gettext("Manage %(body)s") % {"body": self.entry.label}

    def page(self, name: str) -> str:
        """Return the address of a page about this body."""
        return reverse(name, kwargs={"slug": self.entry.slug})

    def signed_in(self, request: HttpRequest) -> Any:
        """Return the account of whoever asks. Raises Http404: the page offers no button else."""
        if not request.user.is_authenticated:
            raise Http404
        return request.user

    def again(self, form: forms.Form, problem: ValidationError | None = None) -> HttpResponse:
        """Return the page with what is wrong."""
        told = problem.messages if problem else []
        return self.render_to_response(self.get_context_data(form=form, told=told), status=400)


class Claiming(ClaimPage):
    """The ways to speak for a body: a code that goes to it, or a note to the moderators."""

    template_name = "orgs/claims/claim.html"
    form_class = NoteForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        user = self.request.user
        return super().get_context_data(
            represents=user.is_authenticated and represents(user, self.entry.pk), **kwargs
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send a code to the body, or a note to the moderators."""
        account = self.signed_in(request)
        form = NoteForm(request.POST)
        try:
            if "code" in request.POST:
                form = NoteForm()
                return Sent(self.page("claim-code"), ask_for_code(account, self.entry))
            if not form.is_valid():
                return self.again(form)
            ask_moderators(account, self.entry, form.cleaned_data["note"])
        except ValidationError as refused:
            return self.again(form, refused)
        messages.success(
            request,
            gettext("The moderators have your note. We will send the answer to your address."),
        )
        return HttpResponseRedirect(reverse("account"))


class CodePage(ClaimPage):
    """The code that was sent to the body, if there is an address on record that it could go to."""

    template_name = "orgs/claims/code.html"
    tail = "claim/code/"
    form_class = CodeForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page; whoever has not signed in does so first."""
        if not request.user.is_authenticated:
            return HttpResponseRedirect(self.page("claim"))
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the code."""
        account = self.signed_in(request)
        form = CodeForm(request.POST)
        if not form.is_valid():
            return self.again(form)
        try:
            claim = prove_by_code(account, self.entry, form.cleaned_data["code"])
        except ValidationError as refused:
            return self.again(form, refused)
        if claim.representative is None:
            said = gettext(
                "The code is correct, but another claim for this organization is in its "
                "waiting period. A moderator decides and informs you both."
            )
            messages.warning(request, said)
        else:
            messages.success(
                request, gettext("The code is correct. A waiting period of seven days begins now.")
            )
        return HttpResponseRedirect(reverse("account"))


class HandOver(LoginRequiredMixin, ClaimPage):
    """What a representative does about being one: hand over, step down, say that all is as it
    was.
    """

    template_name = "orgs/claims/hand_over.html"
    tail = "representative/"
    form_class = HandOverForm

    @property
    def title(self) -> str:
        """The heading of the page."""
        return gettext("You represent %(body)s") % {"body": self.entry.label}

    @property
    def representative(self) -> Representative:
        """What this account is to the body. Raises Http404 for everybody else."""
        standing = Representative.objects.active().select_related("account")
        return get_object_or_404(standing, account=self.request.user, record=self.entry.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        return super().get_context_data(lapses=lapses_on(self.representative), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do what the pressed button says."""
        representative = self.representative
        form = HandOverForm(request.POST)
        if "sign" in request.POST:
            representative.mark_seen()
            said = gettext("Thank you. That is noted.")
        elif "step_down" in request.POST:
            step_down(representative)
            said = gettext("You no longer represent it.")
        elif form.is_valid():
            given = form.cleaned_data
            try:
                hand_over(representative, self.entry, given["address"], given["steps_down"])
            except ValidationError as refused:
                return self.again(form, refused)
            said = gettext("The invitation is on its way.")
        else:
            return self.again(form)
        messages.success(request, said)
        return HttpResponseRedirect(reverse("account"))


@method_decorator(never_cache, name="dispatch")
class LinkPage(TemplateView):
    """A page behind a link that was sent. Looking at it changes nothing; its button does."""

    uses_application_role = True

    over = gettext_lazy("This link cannot be used")

    def unknown(self) -> HttpResponse:
        """Return the answer to a link that is over or never was: the same for all."""
        self.template_name = "orgs/claims/over.html"
        return self.render_to_response({"title": self.over}, status=404)

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Return the page, which no search engine keeps."""
        answer = super().render_to_response(context, **kwargs)
        # Not "no-referrer": browsers would hide from where the form comes, and it would be refused.
        answer["Referrer-Policy"] = "same-origin"
        answer["X-Robots-Tag"] = "noindex"
        return answer


class InvitationPage(LinkPage):
    """An invitation to speak for a body, for whoever reads the messages of its address."""

    template_name = "orgs/claims/invitation.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show what it is for."""
        found = invited_by(kwargs["secret"])
        if found is None:
            return self.unknown()
        invitation, entry = found
        user = request.user
        context = {
            "title": gettext("Manage %(body)s") % {"body": entry.label},
            "entry": entry,
            "here": request.path,
            "fits": user.is_authenticated and has_address(user, invitation.address),
            "colleague": invitation.representative_id is not None,
        }
        return self.render_to_response(context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Accept it."""
        found = invited_by(kwargs["secret"])
        if found is None:
            return self.unknown()
        if not request.user.is_authenticated:
            return self.get(request, *args, **kwargs)
        try:
            claim = accept(found[0], request.user)
        except WrongAccount:
            return self.get(request, *args, **kwargs)
        except ValidationError as refused:
            messages.warning(request, refused.messages[0])
            return HttpResponseRedirect(reverse("account"))
        stands = claim.state == claim.State.STANDS
        said = (
            gettext("You now represent %(body)s.")
            if stands
            else gettext("You will represent %(body)s after the waiting period.")
        )
        messages.success(request, said % {"body": found[1].label})
        # Whoever may speak at once is asked to, with no page between.
        there = reverse("profile", kwargs={"slug": found[1].slug}) if stands else reverse("account")
        return HttpResponseRedirect(there)


class StopPage(LinkPage):
    """The button of those who were told of a claim: this was not us."""

    template_name = "orgs/claims/stop.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show what it is about."""
        claim = stopped_by(kwargs["secret"])
        if claim is None:
            return self.unknown()
        entry = listed().filter(pk=claim.record_id).first()
        title = gettext("Was this not you?")
        return self.render_to_response({"title": title, "claim": claim, "entry": entry})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Stop it."""
        claim = stopped_by(kwargs["secret"])
        if claim is None:
            return self.unknown()
        stop(claim)
        return self.render_to_response({"title": gettext("It is stopped"), "stopped": True})


# Adding a body ------------------------------------------------------------------------------------


def countries() -> list[tuple[str, str]]:
    """Return the countries that the catalogue has, by name."""
    entries = Entry.objects.published().of_kinds("place").holding(["place_type"], ["country"])
    return list(entries.order_by("sort_key", "id").values_list("slug", "label"))


def languages() -> list[tuple[str, str]]:
    """Return the languages to choose from, each by its own name: those of the site first."""
    ours = dict(settings.LANGUAGES)
    others = {
        "-".join((tag[:2], tag[3:].title())) if "-" in tag else tag: info["name_local"]
        for tag, info in LANG_INFO.items()
        if "name_local" in info and ("-" not in tag or tag in ("zh-hans", "zh-hant"))
    }
    more = sorted((name, tag) for tag, name in others.items() if tag not in ours)
    return [
        *settings.LANGUAGES,
        *((tag, name) for name, tag in more),
        ("und", gettext("Another language")),
    ]


class AdditionForm(forms.Form):
    """A body that is not listed yet, as whoever belongs to it says."""

    name = LineField(
        label=gettext_lazy("Name of the organization"),
        max_length=400,
        help_text=gettext_lazy("As you write it yourselves."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        validators=[RegexValidator(r"\w", gettext_lazy("Write the name; it is blank."))],
    )
    country = forms.ChoiceField(label=gettext_lazy("Country of the seat"), required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the name and of your sentence"), widget=Tongues
    )
    arenas = forms.MultipleChoiceField(
        label=gettext_lazy("What it is"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("One or several of the four arenas, or none of them."),
    )
    website = forms.URLField(
        label=gettext_lazy("Website"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        validators=[URLValidator(["http", "https"])],
    )
    words = TextField(
        label=gettext_lazy("What it is for, in a sentence of your own"),
        required=False,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    consent = forms.BooleanField(
        label=gettext_lazy(
            "I belong to this organization, and I agree that everybody may read, copy, translate "
            "and change what I write here, also to sell it, if they say where it is from (licence "
            "CC BY 4.0). What has been copied cannot be taken back."
        ),
        error_messages={
            "required": gettext_lazy("Without this nothing can be published: tick it to go on.")
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["country"].choices = [("", gettext("Not in this list")), *countries()]
        fields["language"].choices = languages()
        fields["language"].initial = get_language()
        fields["arenas"].choices = [(arena.pk, str(arena)) for arena in Arena.objects.all()]

    def addition(self) -> Addition:
        """Return what was typed."""
        given = self.cleaned_data
        places = Entry.objects.published().of_kinds("place")
        country = places.filter(slug=given["country"]).first() if given["country"] else None
        return Addition(
            name=" ".join(given["name"].split()),
            language=given["language"],
            words=given["words"],
            website=given["website"],
            country=country,
            arenas=given["arenas"],
        )


@method_decorator(never_cache, name="dispatch")
class AddPage(TemplateView):
    """Add an organization that is not listed yet: first a look whether it is there."""

    uses_application_role = True

    template_name = "orgs/claims/add.html"
    title = gettext_lazy("Add an organization that is not listed yet")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        asked = self.request.GET.get("name", "").strip()[:400]
        form = kwargs.get("form") or AdditionForm(initial={"name": asked} if asked else None)
        context = {
            "form": form,
            "title": self.title,
            "asked": asked,
            "alike": alike(asked, None) if asked else [],
            "here": self.request.path,
        }
        return super().get_context_data(**{**kwargs, **context, **kwargs})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Look whether it is there, or propose it."""
        if not request.user.is_authenticated:
            return HttpResponseRedirect(request.path)
        form = AdditionForm(request.POST)
        valid = form.is_valid()
        name = form.cleaned_data.get("name", "")
        place = form.cleaned_data.get("country", "")
        country = Entry.objects.published().of_kinds("place").filter(slug=place).first()
        similar = alike(name, country) if name else []
        if "look" in request.POST or (valid and similar and "sure" not in request.POST):
            # What is not filled in yet is no mistake before it is sent.
            form = AdditionForm(initial={**request.POST.dict(), **lists_of(request)})
            return self.render_to_response(
                self.get_context_data(form=form, asked=name, alike=similar, looked=True)
            )
        if not valid:
            context = self.get_context_data(form=form, asked=name, alike=similar)
            return self.render_to_response(context, status=400)
        try:
            add(request.user, form.addition())
        except ValidationError as refused:
            form.add_error(None, refused)
            return self.render_to_response(self.get_context_data(form=form), status=400)
        said = gettext(
            "Thank you. The moderators will read it. When they accept it, you will be "
            "its representative."
        )
        messages.success(request, said)
        return HttpResponseRedirect(reverse("account"))


def lists_of(request: HttpRequest) -> dict[str, list[str]]:
    """Return what was ticked."""
    return {"arenas": request.POST.getlist("arenas")}
