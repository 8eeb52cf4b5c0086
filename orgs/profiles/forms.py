"""The forms of a profile, one for each step.

`read` takes what was typed from a request without validating it, so that all of it is stored. The
constructor shows what a draft holds, with its errors and the texts of others.
"""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, gettext_lazy

from orgs.pages.labels import arena_text, codebook_text, language_attributes, language_name
from orgs.records import characters
from orgs.records.arena import Arena
from orgs.records.languages import LANGUAGES, LanguageSelect, is_language_tag
from orgs.records.source import Tier
from orgs.records.term import Term

from . import profile as profiles
from .drafts import FieldState, Workspace
from .fields import DraftForm, LanguageAdder, SeveralTextsField, TermsField, TextField
from .profile import Problems, Profile, Value

MAX_LANGUAGES = 200
"""Names or texts of one form."""


class StepForm(DraftForm):
    """A step. `why` says why its fields are asked for and what becomes public."""

    code: str
    title: str | Promise
    why: str | Promise

    @classmethod
    def fixed_names(cls) -> list[str]:
        """The profile fields that every page of this step has."""
        return [*cls.base_fields]

    @classmethod
    def names(cls, workspace: Workspace) -> list[str]:
        return cls.fixed_names()

    @classmethod
    def read(cls, data: QueryDict) -> Profile:
        """What was typed, by profile field, before it is validated."""
        return {name: read_value(data, name) for name in cls.fixed_names()}

    def __init__(self, workspace: Workspace, more: str = "") -> None:
        """`more` is the language of a field that the person adds."""
        states = {name: workspace.field(name) for name in self.names(workspace)}
        super().__init__({name: state.value for name, state in states.items()})
        self.others = {name: state.others for name, state in states.items()}

    def add_problems(self, problems: Problems) -> None:
        """Add what the ledger's rules refuse."""
        for name, messages in problems.items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, messages)

    def to_fix(self) -> list[Any]:
        """The fields with an error or with several texts."""
        return [self[name] for name in self.fields if name in self.errors or self.others.get(name)]


def read_value(data: QueryDict, name: str) -> Value:
    """The text or texts of a field."""
    if profiles.is_list(name):
        return [text.strip() for text in data.getlist(name) if text.strip()]
    # Browsers send CRLF, which changes no text.
    return data.get(name, "").replace("\r\n", "\n").strip()


def names_by_language(workspace: Workspace, prefix: str) -> list[str]:
    """The fields `prefix.<language>` that hold a text."""
    names = dict.fromkeys([*workspace.current, *workspace.draft.typed])
    states = {name: workspace.field(name) for name in names if name.startswith(f"{prefix}.")}
    return [name for name, state in states.items() if state.value or state.others]


def tag_of(name: str) -> str:
    """The language of a field: es of `name.es~2`."""
    return name.partition(".")[2].partition("~")[0]


class NameRow(DraftForm):
    text = TextField(gettext_lazy("Name"))
    language = forms.ChoiceField(
        label=gettext_lazy("Its language"), widget=LanguageSelect({"autocomplete": "off"})
    )

    def add_prefix(self, field_name: str) -> str:
        return str(self.prefix) if field_name == "text" else f"{self.prefix}-{field_name}"

    def show(self, state: FieldState, tag: str) -> None:
        self.others = {"text": state.others}
        choices = {**LANGUAGES, tag: LANGUAGES.get(tag, language_name(tag) or gettext("Unknown"))}
        language: Any = self.fields["language"]
        language.choices = [*choices.items()]
        if state.value:
            self.fields["text"].widget.attrs.update(language_attributes(tag))


NameRows = forms.formset_factory(NameRow)


class NamesForm(StepForm):
    code = "names"
    title = gettext_lazy("Our name")
    why = gettext_lazy(
        "People search for your organization by name, in their language. Add its name in "
        "every language you use."
    )
    acronym = TextField(
        gettext_lazy("Acronym"),
        gettext_lazy("For example, MFA. Leave this empty if you have none."),
    )

    @classmethod
    def names(cls, workspace: Workspace) -> list[str]:
        return [*names_by_language(workspace, "name"), "acronym"]

    @classmethod
    def read(cls, data: QueryDict) -> Profile:
        """A second name in one language is stored as `name.es~2` until one of them is removed."""
        values: Profile = {}
        for position in range(MAX_LANGUAGES):
            text = read_value(data, f"name-{position}")
            if not text:
                continue
            tag = data.get(f"name-{position}-language", "")
            name, count = f"name.{tag if is_language_tag(tag) else 'und'}", 2
            while name in values:
                name, count = f"{name.partition('~')[0]}~{count}", count + 1
            values[name] = text
        return {**values, **super().read(data)}

    def __init__(self, workspace: Workspace, more: str = "") -> None:
        """A row for each name, and one or two empty rows."""
        super().__init__(workspace)
        filled = names_by_language(workspace, "name")
        used = {tag_of(name) for name in filled}
        free = [tag for tag in (get_language() or "en", *LANGUAGES) if tag not in used]
        blank = [*dict.fromkeys(free)][: (1 if filled else 2) + bool(more)]
        rows = [*[(name, tag_of(name)) for name in filled], *[("", tag) for tag in blank]]
        data: dict[str, Any] = {"name-TOTAL_FORMS": len(rows), "name-INITIAL_FORMS": 0}
        for position, (name, tag) in enumerate(rows):
            text = workspace.field(name).value if name else ""
            data |= {f"name-{position}": text, f"name-{position}-language": tag}
        self.rows = NameRows(data, prefix="name")
        self.row_names = [name for name, _ in rows]
        for row, (name, tag) in zip(self.rows, rows, strict=False):
            row.show(workspace.field(name) if name else FieldState(""), tag)

    def add_problems(self, problems: Problems) -> None:
        super().add_problems(problems)
        for row, name in zip(self.rows, self.row_names, strict=False):
            if name in problems and "text" not in row.errors:
                row.add_error("text", problems[name])

    def to_fix(self) -> list[Any]:
        wrong = [row["text"] for row in self.rows if row.errors or row.others["text"]]
        return [*wrong, *super().to_fix()]


class TextsForm(StepForm):
    code = "about"
    title = gettext_lazy("What we are and do")
    why = gettext_lazy(
        "Describe your organization in a few sentences: who you are, who you work with "
        "and what you work for. Your page shows this text first."
    )
    founded = TextField(
        gettext_lazy("When were you founded?"),
        gettext_lazy(
            "A year is enough, for example 1994. If you are not sure, write “about 1994”."
        ),
        max_length=64,
    )

    @classmethod
    def languages(cls, workspace: Workspace) -> list[str]:
        """The languages in which the organization has a text or a name."""
        names = [*names_by_language(workspace, "text"), *names_by_language(workspace, "name")]
        return list(dict.fromkeys(tag_of(name) for name in names)) or [get_language() or "en"]

    @classmethod
    def names(cls, workspace: Workspace) -> list[str]:
        return [*(f"text.{tag}" for tag in cls.languages(workspace)), "founded"]

    @classmethod
    def read(cls, data: QueryDict) -> Profile:
        names = [name for name in data if name.startswith("text.") and is_language_tag(name[5:])]
        return {name: read_value(data, name) for name in names[:MAX_LANGUAGES]} | super().read(data)

    def __init__(self, workspace: Workspace, more: str = "") -> None:
        super().__init__(workspace)
        tags = [*self.languages(workspace), *([more] if more in LANGUAGES else [])]
        texts = {f"text.{tag}": self._text_field(tag) for tag in dict.fromkeys(tags)}
        free = [(tag, own) for tag, own in LANGUAGES.items() if f"text.{tag}" not in texts]
        adder = forms.ChoiceField(
            label=gettext("Add another language"),
            choices=[("", "—"), *free],
            required=False,
            widget=LanguageAdder,
        )
        self.fields = {**texts, "more": adder, **self.fields}

    @staticmethod
    def _text_field(tag: str) -> forms.CharField:
        language = language_name(tag) or LANGUAGES.get(tag, tag)
        return characters.TextField(
            label=gettext("In %(language)s") % {"language": language},
            required=False,
            widget=forms.Textarea({"rows": 8, "cols": False, **language_attributes(tag)}),
        )


class PlacesForm(StepForm):
    code = "where"
    title = gettext_lazy("Where")
    why = gettext_lazy(
        "Places put you on the map and help organizations on the same migration route find you. "
        "A city or country is enough; do not give a street."
    )
    seat = TextField(
        gettext_lazy("Where are you based?"), gettext_lazy("One city or country."), list="places"
    )
    acts_in = SeveralTextsField(gettext_lazy("Where are you active?"), list="places")
    origin = SeveralTextsField(
        gettext_lazy("Where do the people you organize come from?"), list="places"
    )
    residence = SeveralTextsField(gettext_lazy("Where do they live now?"), list="places")


class TraitsForm(StepForm):
    code = "what"
    title = gettext_lazy("What kind of organization")
    why = gettext_lazy(
        "The terms come from the paper behind this catalogue. Choose all that apply to "
        "your organization, or none."
    )
    schemes = {
        "form": gettext_lazy("What do you call yourselves?"),
        "identity": gettext_lazy("What brings your members together?"),
        "leadership": gettext_lazy("Who leads?"),
        "service_level": gettext_lazy("From service to advocacy: what do you do?"),
        "sector": gettext_lazy("Which sector are you in?"),
    }
    """Label of each scheme of the codebook."""

    @classmethod
    def fixed_names(cls) -> list[str]:
        return ["arena", *(f"trait.{scheme}" for scheme in cls.schemes)]

    def __init__(self, workspace: Workspace, more: str = "") -> None:
        super().__init__(workspace)
        arenas = [
            (arena.code, arena_text(arena.label), arena_text(arena.definition))
            for arena in Arena.objects.all()
        ]
        self.fields["arena"] = TermsField(gettext("In which arenas do you act?"), arenas)
        terms = [*Term.objects.filter(scheme__in=self.schemes, needs_purpose=False)]
        for scheme, label in self.schemes.items():
            choices = [
                (term.code, codebook_text(term.labels), codebook_text(term.definitions))
                for term in terms
                if term.scheme == scheme
            ]
            if choices:
                self.fields[f"trait.{scheme}"] = TermsField(label, choices, collapsed=True)


class ContactsForm(StepForm):
    """Links and contacts, with the choice of who can read each contact."""

    code = "reach"
    title = gettext_lazy("How people reach us")
    why = gettext_lazy(
        "Web addresses are public. For all other contacts you choose who can see them. "
        "If you choose nothing, only your representatives and the editors can."
    )
    link = SeveralTextsField(gettext_lazy("Web addresses"), inputmode="url")
    email = TextField(gettext_lazy("E-mail address of the organization"), inputmode="email")
    phone = TextField(gettext_lazy("Telephone of the organization"), inputmode="tel")
    postal = TextField(gettext_lazy("Postal address"), inputmode="text")

    readers = [
        (str(int(Tier.REPRESENTATIVES)), gettext_lazy("Our representatives and the editors")),
        (str(int(Tier.VETTED)), gettext_lazy("Also partners approved by the editors")),
        (str(int(Tier.PUBLIC)), gettext_lazy("Everyone (public)")),
    ]

    @classmethod
    def fixed_names(cls) -> list[str]:
        contacts = [(name, f"{name}.readers") for name in profiles.CONTACTS]
        return ["link", *(name for pair in contacts for name in pair)]

    @classmethod
    def read(cls, data: QueryDict) -> Profile:
        values = super().read(data)
        return {name: value or profiles.empty_value(name) for name, value in values.items()}

    def __init__(self, workspace: Workspace, more: str = "") -> None:
        super().__init__(workspace)
        for name in profiles.CONTACTS:
            self.fields[f"{name}.readers"] = forms.ChoiceField(
                label=gettext("Who can see it?"),
                choices=self.readers,
                error_messages={"invalid_choice": profiles.NOT_OFFERED},
                widget=forms.RadioSelect,
            )
        self.order_fields(self.fixed_names())


class NetworksForm(StepForm):
    code = "networks"
    title = gettext_lazy("Networks we belong to")
    why = gettext_lazy(
        "You state that you are a member. The network can confirm it. Your page shows who states "
        "it."
    )
    partnership = SeveralTextsField(
        gettext_lazy("Networks and coalitions"),
        gettext_lazy("Start typing, then choose from the list."),
        list="networks",
    )


STEPS: dict[str, type[StepForm]] = {
    form.code: form
    for form in (NamesForm, TextsForm, PlacesForm, TraitsForm, ContactsForm, NetworksForm)
}
