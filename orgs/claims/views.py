"""Pages to claim an organization, hand it over, stop a claim, or add an organization."""

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
from orgs.gazetteer.model import GazetteerPlace
from orgs.gazetteer.resolving import resolve_place
from orgs.pages.translated_labels import label_of, label_order
from orgs.projection.entry import Entry
from orgs.records.arena import Arena
from orgs.records.characters import LONGEST_MESSAGE, LineField, MessageField, TextField
from orgs.records.languages import LanguageSelect

from .codes import Message, deliver, redeem_code, request_code
from .decisions import submit_note
from .invitations import (
    WrongAccount,
    accept_invitation,
    find_invitation,
    hand_over,
    has_verified_address,
)
from .lapses import lapse_date
from .lifecycle import claimable_entries, find_claim_to_stop, represents, step_down, stop_claim
from .registration import Addition, propose_addition, similar_entries


class RedirectThenSend(HttpResponseRedirect):
    """Redirects, and sends messages after the response, so that its duration reveals nothing."""

    def __init__(self, url: str, messages: list[Message]) -> None:
        super().__init__(url)
        self.messages = messages

    def close(self) -> None:
        messages, self.messages = self.messages, []
        deliver(messages)
        super().close()


class CodeForm(forms.Form):
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
class ClaimBasePage(TemplateView):
    uses_application_role = True

    form_class: type[forms.Form]
    entry: Entry

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Raises Http404 for hidden, withdrawn, merged and unknown entries."""
        self.entry = get_object_or_404(claimable_entries(), slug=kwargs["slug"])
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", self.form_class())
        return super().get_context_data(
            entry=self.entry, here=self.request.path, title=self.title, **kwargs
        )

    @property
    def title(self) -> str:
        return gettext("Manage %(organization)s") % {"organization": self.entry.label}

    def page(self, name: str) -> str:
        """The URL of a page about this organization."""
        return reverse(name, kwargs={"slug": self.entry.slug})

    def signed_in(self, request: HttpRequest) -> Any:
        """The signed-in account. Raises Http404, since visitors are shown no button."""
        if not request.user.is_authenticated:
            raise Http404
        return request.user

    def refused(self, form: forms.Form, error: ValidationError | None = None) -> HttpResponse:
        """The page again, with error messages."""
        problems = error.messages if error else []
        context = self.get_context_data(form=form, problems=problems)
        return self.render_to_response(context, status=400)


class ClaimPage(ClaimBasePage):
    """The ways to claim: a code sent to the organization, or a note to the moderators."""

    template_name = "orgs/claims/claim.html"
    form_class = NoteForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            represents=user.is_authenticated and represents(user, self.entry.pk), **kwargs
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        account = self.signed_in(request)
        form = NoteForm(request.POST)
        try:
            if "code" in request.POST:
                form = NoteForm()
                return RedirectThenSend(self.page("claim-code"), request_code(account, self.entry))
            if not form.is_valid():
                return self.refused(form)
            submit_note(account, self.entry, form.cleaned_data["note"])
        except ValidationError as error:
            return self.refused(form, error)
        messages.success(
            request,
            gettext("The moderators have your note. We will send the answer to your address."),
        )
        return HttpResponseRedirect(reverse("account"))


class CodePage(ClaimBasePage):
    """The form for the code that was sent to the organization, if it has an address."""

    template_name = "orgs/claims/code.html"
    form_class = CodeForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return HttpResponseRedirect(self.page("claim"))
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        account = self.signed_in(request)
        form = CodeForm(request.POST)
        if not form.is_valid():
            return self.refused(form)
        try:
            claim = redeem_code(account, self.entry, form.cleaned_data["code"])
        except ValidationError as error:
            return self.refused(form, error)
        if claim.representative is None:
            message = gettext(
                "The code is correct, but another claim for this organization is in its "
                "waiting period. A moderator decides and informs you both."
            )
            messages.warning(request, message)
        else:
            messages.success(
                request, gettext("The code is correct. A waiting period of seven days begins now.")
            )
        return HttpResponseRedirect(reverse("account"))


class HandOverPage(LoginRequiredMixin, ClaimBasePage):
    """A representative hands over, steps down, or confirms that nothing has changed."""

    template_name = "orgs/claims/hand_over.html"
    form_class = HandOverForm

    @property
    def title(self) -> str:
        return gettext("You represent %(organization)s") % {"organization": self.entry.label}

    @property
    def representative(self) -> Representative:
        """Raises Http404 for other accounts."""
        active = Representative.objects.active().select_related("account")
        return get_object_or_404(active, account=self.request.user, record=self.entry.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(lapses=lapse_date(self.representative), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        representative = self.representative
        form = HandOverForm(request.POST)
        if "sign" in request.POST:
            representative.mark_seen()
            message = gettext("Thank you. Your answer is saved.")
        elif "step_down" in request.POST:
            step_down(representative)
            message = gettext("You no longer represent it.")
        elif form.is_valid():
            data = form.cleaned_data
            try:
                hand_over(representative, self.entry, data["address"], data["steps_down"])
            except ValidationError as error:
                return self.refused(form, error)
            message = gettext("The invitation is on its way.")
        else:
            return self.refused(form)
        messages.success(request, message)
        return HttpResponseRedirect(reverse("account"))


@method_decorator(never_cache, name="dispatch")
class LinkPage(TemplateView):
    """A page behind a link in a message. Opening it changes nothing; its button does."""

    uses_application_role = True

    invalid_title = gettext_lazy("This link cannot be used")

    def unknown(self) -> HttpResponse:
        """The same response for every link that cannot be used."""
        self.template_name = "orgs/claims/invalid_link.html"
        return self.render_to_response({"title": self.invalid_title}, status=404)

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        # Not "no-referrer": without an origin, Django refuses the form.
        response["Referrer-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex"
        return response


class InvitationPage(LinkPage):
    """An invitation to represent an organization, for the owner of the invited address."""

    template_name = "orgs/claims/invitation.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        match = find_invitation(kwargs["secret"])
        if match is None:
            return self.unknown()
        invitation, entry = match
        user = request.user
        context = {
            "title": gettext("Manage %(organization)s") % {"organization": entry.label},
            "entry": entry,
            "here": request.path,
            "fits": user.is_authenticated and has_verified_address(user, invitation.address),
            "colleague": invitation.representative_id is not None,
        }
        return self.render_to_response(context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        match = find_invitation(kwargs["secret"])
        if match is None:
            return self.unknown()
        invitation, entry = match
        if not request.user.is_authenticated:
            return self.get(request, *args, **kwargs)
        try:
            claim = accept_invitation(invitation, request.user)
        except WrongAccount:
            return self.get(request, *args, **kwargs)
        except ValidationError as error:
            messages.warning(request, error.messages[0])
            return HttpResponseRedirect(reverse("account"))
        is_active = claim.state == claim.State.ACTIVE
        message = (
            gettext("You now represent %(organization)s.")
            if is_active
            else gettext("You will represent %(organization)s after the waiting period.")
        )
        messages.success(request, message % {"organization": entry.label})
        url = reverse("profile", kwargs={"slug": entry.slug}) if is_active else reverse("account")
        return HttpResponseRedirect(url)


class StopPage(LinkPage):
    """The button that stops a claim: this was not us."""

    template_name = "orgs/claims/stop.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        claim = find_claim_to_stop(kwargs["secret"])
        if claim is None:
            return self.unknown()
        entry = claimable_entries().filter(pk=claim.record_id).first()
        title = gettext("Was this not you?")
        return self.render_to_response({"title": title, "claim": claim, "entry": entry})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        claim = find_claim_to_stop(kwargs["secret"])
        if claim is None:
            return self.unknown()
        stop_claim(claim)
        return self.render_to_response({"title": gettext("The claim is stopped"), "stopped": True})


# Adding an organization ---------------------------------------------------------------------------


def countries() -> list[str]:
    """The label of each country and territory in the page's language, in the order of labels."""
    entries = Entry.objects.published().of_kinds("place")
    entries = entries.holding(["place_type"], ["country", "territory"])
    labels = entries.order_by("sort_key", "id").values_list("slug", "label")
    return sorted((label_of("place", *names) for names in labels), key=label_order)


def country_of(seat: Entry | GazetteerPlace | None) -> Entry | None:
    """The place itself, or the country of one that is no record yet."""
    if isinstance(seat, GazetteerPlace):
        places = Entry.objects.published().of_kinds("place")
        return places.filter(slug=seat.country.lower()).first()
    return seat


def languages() -> list[tuple[str, str]]:
    """Tag and own name of each language: those of the site first."""
    site_languages = dict(settings.LANGUAGES)
    others = {
        "-".join((tag[:2], tag[3:].title())) if "-" in tag else tag: info["name_local"]
        for tag, info in LANG_INFO.items()
        if "name_local" in info and ("-" not in tag or tag in ("zh-hans", "zh-hant"))
    }
    sorted_others = sorted((name, tag) for tag, name in others.items() if tag not in site_languages)
    return [
        *settings.LANGUAGES,
        *((tag, name) for name, tag in sorted_others),
        ("und", gettext("Another language")),
    ]


class AdditionForm(forms.Form):
    name = LineField(
        label=gettext_lazy("Name of the organization"),
        max_length=400,
        help_text=gettext_lazy("As you write it yourselves."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        validators=[RegexValidator(r"\w", gettext_lazy("Write the name; it is blank."))],
    )
    seat = LineField(
        label=gettext_lazy("Where is it based?"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("A city or country, for example: Bangkok, Thailand."),
        widget=forms.TextInput({"list": "countries", "dir": "auto", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the name and of your sentence"), widget=LanguageSelect
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
    description = TextField(
        label=gettext_lazy("What it is for, in a sentence of your own"),
        required=False,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    consent = forms.BooleanField(
        label=gettext_lazy(
            "I belong to this organization. I agree that anyone may read, copy, translate, "
            "change and sell what I write here if they name the source (licence CC BY 4.0). "
            "Copies cannot be recalled."
        ),
        error_messages={
            "required": gettext_lazy("Publishing requires this licence. Tick the box to continue.")
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["language"].choices = languages()
        fields["language"].initial = get_language()
        fields["arenas"].choices = [(arena.pk, str(arena)) for arena in Arena.objects.all()]

    def clean_seat(self) -> Entry | GazetteerPlace | None:
        """The place. Raises ValidationError with choices if the text may mean several."""
        seat = self.cleaned_data["seat"].strip()
        return resolve_place(seat) if seat else None

    def addition(self) -> Addition:
        data = self.cleaned_data
        return Addition(
            name=" ".join(data["name"].split()),
            language=data["language"],
            description=data["description"],
            website=data["website"],
            seat=data["seat"],
            arenas=data["arenas"],
        )


@method_decorator(never_cache, name="dispatch")
class AddPage(TemplateView):
    """Add an organization, after a search for similar ones."""

    uses_application_role = True

    template_name = "orgs/claims/add.html"
    title = gettext_lazy("Add an organization that is not listed yet")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name = self.request.GET.get("name", "").strip()[:400]
        form = kwargs.get("form") or AdditionForm(initial={"name": name} if name else None)
        context = {
            "form": form,
            "title": self.title,
            "countries": countries(),
            "searched_name": name,
            "similar": similar_entries(name, None) if name else [],
            "here": self.request.path,
        }
        return super().get_context_data(**{**kwargs, **context, **kwargs})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Search for similar entries, or propose the addition."""
        if not request.user.is_authenticated:
            return HttpResponseRedirect(request.path)
        form = AdditionForm(request.POST)
        valid = form.is_valid()
        name = form.cleaned_data.get("name", "")
        country = country_of(form.cleaned_data.get("seat"))
        similar = similar_entries(name, country) if name else []
        if "look" in request.POST or (valid and similar and "sure" not in request.POST):
            # An unbound form: empty fields are no errors before the form is submitted.
            arenas = request.POST.getlist("arenas")
            form = AdditionForm(initial={**request.POST.dict(), "arenas": arenas})
            return self.render_to_response(
                self.get_context_data(form=form, searched_name=name, similar=similar)
            )
        if not valid:
            context = self.get_context_data(form=form, searched_name=name, similar=similar)
            return self.render_to_response(context, status=400)
        try:
            propose_addition(request.user, form.addition())
        except ValidationError as error:
            form.add_error(None, error)
            return self.render_to_response(self.get_context_data(form=form), status=400)
        message = gettext(
            "Thank you. The moderators will read it. When they accept it, you will be "
            "its representative."
        )
        messages.success(request, message)
        return HttpResponseRedirect(reverse("account"))
