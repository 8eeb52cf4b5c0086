"""The contact form by which visitors write to an organization."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View

from orgs.projection.addresses import resolve
from orgs.projection.entry import Entry
from orgs.records.characters import MessageField
from orgs.records.kinds import ACTOR_KINDS
from orgs.records.languages import localized

from . import contact_form


class ContactForm(forms.Form):
    name = MessageField(
        label=gettext_lazy("Your name, or that of your organization"),
        help_text=gettext_lazy("May be left empty, or made up."),
        max_length=120,
        required=False,
    )
    address = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy("For the answer: only the organization sees it."),
        max_length=254,
    )
    message = MessageField(
        label=gettext_lazy("Your message"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].widget.attrs["autocomplete"] = "email"
        for name, field in self.fields.items():
            if field.help_text:
                field.widget.attrs["aria-describedby"] = f"id_{name}_helptext"


@method_decorator((never_cache, sensitive_post_parameters()), name="dispatch")
class ContactPage(View):
    """A message to an organization that has opened its form. Its address is not shown."""

    uses_application_role = True

    entry: Entry

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Every other organization gives the same 404 as an unknown one."""
        self.entry = resolve(ACTOR_KINDS, kwargs["slug"])
        if not settings.EMAIL_SENT or not contact_form.is_open(self.entry):
            raise Http404
        if self.entry.slug != kwargs["slug"]:
            return HttpResponseRedirect(localized(contact_form.form_path(self.entry)))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self.render_form(request, ContactForm())

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Forward the message without storing it."""
        form = ContactForm(request.POST)
        if request.POST.get(contact_form.HONEYPOT_FIELD):
            return self.render_sent(request)  # a bot
        if not form.is_valid():
            return self.render_form(request, form, 400)
        if not contact_form.is_plausible(request.POST.get("begun", ""), self.entry):
            form.add_error(
                None, gettext("This form was open too long or was sent too fast. Send it again.")
            )
            return self.render_form(request, form, 400)
        network = get_adapter(request).get_client_ip(request)
        if not contact_form.within_limits(network, self.entry):
            form.add_error(None, gettext("Too many messages were sent. Try again tomorrow."))
            return self.render_form(request, form, 429)
        data = form.cleaned_data
        contact_form.forward_message(self.entry, data["name"], data["address"], data["message"])
        return self.render_sent(request)

    def render_form(
        self, request: HttpRequest, form: ContactForm, status: int = 200
    ) -> HttpResponse:
        context = {
            "form": form,
            "entry": self.entry,
            "begun": contact_form.signed_timestamp(self.entry),
            "title": gettext("Write to %(name)s") % {"name": self.entry.label},
        }
        return render(request, "orgs/contact/form.html", context, status=status)

    def render_sent(self, request: HttpRequest) -> HttpResponse:
        context = {"entry": self.entry, "title": gettext("Your message is on its way")}
        return render(request, "orgs/contact/sent.html", context)
