"""The public form for corrections: no account, no JavaScript, no CAPTCHA; and its spam checks."""

import json
import uuid
from typing import Any

from allauth.core.internal.ratelimit import consume
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from orgs.access.representative import Representative
from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict
from orgs.pages.addresses import record_of_statement
from orgs.pages.documents import with_parts
from orgs.projection.entry import Entry
from orgs.records.characters import MessageField
from orgs.records.kinds import RECORD_KINDS
from orgs.records.record import Level, Record
from orgs.spam import MIN_SECONDS, form_token, seconds_open
from orgs.statements.statement import PARTS

from .alerts import alert_moderators
from .correction import Correction

SEAL_PURPOSE = "correction"
MAX_FORM_AGE = 7 * 86_400
"""Seconds for which an open form can be submitted before it has to be reviewed again."""
RATES = {
    "correction": "5/10m/ip,20/d/ip,60/h/key",
    "urgent_correction": "5/10m/ip,20/d/ip,300/h/key",
}
"""How many corrections one network may send, and all networks together: ordinary ones per entry,
urgent ones for all entries, so that a flood of corrections cannot block urgent ones for an entry.
"""


class CorrectionForm(forms.Form):
    wrong = MessageField(
        label=gettext_lazy("What is not right?"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Copy the sentence, or say where it is."),
    )
    right = MessageField(
        label=gettext_lazy("What is the correct version?"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("In any language. Name no private person."),
    )
    how = MessageField(
        label=gettext_lazy("How can we know?"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "A source: the address of a page, or the title of a document. Every sentence here has"
            " one."
        ),
    )
    urgent = forms.BooleanField(
        label=gettext_lazy("It is urgent: this puts people in danger, or has to be taken away"),
        required=False,
        help_text=gettext_lazy("Editors read it first. Then you need no source."),
    )
    address = forms.EmailField(
        label=gettext_lazy("E-mail address for an answer, if you want one"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy(
            "Used once, for the answer. It is not shown to editors and is deleted after the answer."
        ),
    )
    website = forms.CharField(
        label=gettext_lazy("Leave this empty: it is for machines only"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    stamp = forms.CharField(required=False, widget=forms.HiddenInput)

    data: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.data.get("urgent"):
            self.fields["right"].required = self.fields["how"].required = False
        for field in self.fields.values():
            # The server says it, in a sentence, and keeps what was typed.
            field.widget.attrs.pop("maxlength", None)
            if isinstance(field, forms.CharField) and field.max_length:
                field.error_messages["max_length"] = gettext_lazy(
                    "This is too long: keep it within %(limit_value)d characters."
                )
            field.error_messages["required"] = gettext_lazy("Write a sentence here.")

    def clean_website(self) -> str:
        """Reject what only spam bots fill in."""
        if self.cleaned_data["website"]:
            raise ValidationError(gettext("Leave this empty, then send it again."))
        return ""

    def clean(self) -> dict[str, Any]:
        """Reject forms sent faster than a person types, or opened more than a week ago."""
        seconds = seconds_open(self.data.get("stamp", ""), SEAL_PURPOSE)
        if seconds is None or seconds >= MAX_FORM_AGE:
            self.renew_stamp()
            raise ValidationError(
                gettext("This form has been open for too long. Look at it again, then send it.")
            )
        if seconds < MIN_SECONDS:
            raise ValidationError(
                gettext("The form was sent too fast. Wait three seconds, then send it again.")
            )
        return self.cleaned_data

    def renew_stamp(self) -> None:
        """Renew the stamp and remove NUL characters, so that the form can be shown again."""
        data = QueryDict(mutable=True)
        for name, values in self.data.lists():
            data.setlist(name, [value.replace("\x00", "") for value in values])
        data["stamp"] = form_token(SEAL_PURPOSE)
        self.data = data

    def submission_key(self) -> uuid.UUID:
        """The same content from the same form is one correction."""
        content = {name: self.cleaned_data[name] for name in ("wrong", "right", "how", "urgent")}
        return uuid.uuid5(uuid.NAMESPACE_OID, self.data["stamp"] + json.dumps(content))


@method_decorator(never_cache, name="dispatch")
class CorrectionPage(TemplateView):
    """The form to report what is wrong with an entry, or with one of its sentences."""

    uses_application_role = True

    template_name = "orgs/correction.html"
    entry: Entry
    item: dict | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Raise Http404 for what is hidden, withdrawn or unknown alike."""
        self.entry, self.item = find_entry(request.GET.get("about", ""))
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", CorrectionForm(initial={"stamp": form_token(SEAL_PURPOSE)}))
        return super().get_context_data(
            entry=self.entry,
            item=self.item,
            title=gettext("Something is not right"),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Queue the correction, or show the form again with its content."""
        form = CorrectionForm(request.POST)
        status = 400
        if form.is_valid():
            if self.within_limits(urgent=form.cleaned_data["urgent"]):
                self.send(form)
                return HttpResponseRedirect(f"{reverse('corrections-sent')}?about={self.entry.pk}")
            form.add_error(
                None,
                gettext(
                    "Too many corrections in the last hour. Your text is still here: send it"
                    " again in an hour."
                ),
            )
            status = 429
        if "\x00" in "".join(value for _, values in request.POST.lists() for value in values):
            form.renew_stamp()
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def within_limits(self, urgent: bool) -> bool:
        """Count a correction, and return whether it may be sent.

        Representatives who report danger are not limited: their entry is hidden at once.
        """
        if urgent and can(self.request.user, Right.HIDE_OWN_RECORD, self.entry.pk):
            return True
        action, key = (
            ("urgent_correction", "urgent corrections")
            if urgent
            else ("correction", f"correction of {self.entry.pk}")
        )
        return bool(consume(self.request, app="orgs", action=action, config=RATES, key=key))

    def send(self, form: CorrectionForm) -> None:
        """Store the correction. Hides the entry only if its own representative reports danger."""
        values = {**form.cleaned_data}
        for name in ("website", "stamp"):
            del values[name]
        Correction.send(
            form.submission_key(),
            self.entry.pk,
            statement=self.item["statement"] if self.item else None,
            language=get_language() or "",
            **values,
        )
        if not values["urgent"]:
            return
        if self.request.user.is_authenticated:
            hide_for_representative(self.request.user, Record.objects.get(pk=self.entry.pk))
        alert_moderators(self.entry.pk)


@method_decorator(never_cache, name="dispatch")
class SentPage(TemplateView):
    """What happens next with a submitted correction."""

    template_name = "orgs/correction_sent.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The entry is missing if its representative has just hidden it."""
        number = parse_number(self.request.GET.get("about", ""))
        return super().get_context_data(
            entry=entries().filter(pk=number).first() if number else None,
            title=gettext("It has been sent"),
            **kwargs,
        )


def parse_number(text: str) -> int | None:
    """Return the number of an entry or a statement, or None for anything else."""
    plain = text.isascii() and text.isdecimal() and len(text) < 19
    return int(text) if plain else None


def entries() -> Any:
    """The entries that can be corrected: published records."""
    return Entry.objects.published().of_kinds(*RECORD_KINDS)


def find_entry(about: str) -> tuple[Entry, dict | None]:
    """The entry with this number, or the entry and statement if it is a statement's number.

    Raises Http404 for what the public cannot read today.
    """
    number = parse_number(about)
    if number is None:
        raise Http404
    for entry in entries().filter(pk=number):
        return entry, None
    for entry in entries().filter(pk=record_of_statement(number)):
        for item in statements_of(entry):
            if item["statement"] == number:
                return entry, item
    raise Http404


def statements_of(entry: Entry) -> list[dict]:
    """The statements in an entry's document, as pages show them."""
    document = with_parts(entry.read())
    items = [item for part in PARTS if part != "traits" for item in document.get(part, ())]
    return items + [item for traits in document.get("traits", {}).values() for item in traits]


def hide_for_representative(account: Any, record: Record) -> None:
    """Hide an entry at once, without an editor, if this account represents it."""
    if record.level == Level.HIDDEN or not Representative.objects.represents(account, record):
        return
    changeset = Changeset(
        author=account,
        on_behalf=record,
        reason=gettext("A representative says that this puts people in danger."),
    )
    changeset.change_record(record, level=Level.HIDDEN)
    try:
        with transaction.atomic():
            changeset.propose().accept(by=account)
    except Conflict:  # hidden by a colleague or restricted by an editor meanwhile: check again
        hide_for_representative(account, Record.objects.get(pk=record.pk))
