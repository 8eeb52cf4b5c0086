"""What the columns of a file mean: guessed from their headings, and chosen by its owner."""

import re
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from .preview import OWN_HEADINGS
from .sheet_format import ID, KIND, LANGUAGE, SLUG, parse_heading


class ColumnOption(NamedTuple):
    """A meaning that people can choose for a column, and the heading in the sheet format."""

    label: str | Promise
    target: str
    """With the placeholders {language} and {scheme}, which hold for the whole file."""
    guess: str = "^$"
    """A regular expression for headings that probably mean it."""


COLUMN_OPTIONS = {
    "": ColumnOption(gettext_lazy("leave it out"), ""),
    "name": ColumnOption(
        gettext_lazy("name"),
        "name (official, {language})",
        r"(?!.*(first|last|family|user|contact|file)).*\b(name|nombre|organi[sz]ation)\b.*|.*_name|اسم",
    ),
    "acronym": ColumnOption(
        gettext_lazy("acronym"), "name (acronym, {language})", r"acronym|siglas?|abbreviation"
    ),
    "variant": ColumnOption(gettext_lazy("another name"), "name (variant, {language})"),
    "summary": ColumnOption(
        gettext_lazy("summary"),
        "text (summary, {language})",
        r"summary|description|descripción|about",
    ),
    "goal": ColumnOption(gettext_lazy("its goal"), "text (goal, {language})"),
    "seat": ColumnOption(
        gettext_lazy("place of its seat"), "place (seat)", r"country|país|pais|seat|sede"
    ),
    "acts_in": ColumnOption(gettext_lazy("places where it acts"), "place (acts_in)"),
    "origin": ColumnOption(
        gettext_lazy("where the people it organizes come from"), "place (constituency_origin)"
    ),
    "arena": ColumnOption(gettext_lazy("arena"), "arena", r"arena"),
    "member_of": ColumnOption(gettext_lazy("networks it is a member of"), "member of"),
    "identity": ColumnOption(gettext_lazy("identity basis, by code"), "trait (identity)"),
    "sector": ColumnOption(gettext_lazy("sector, by code"), "trait (sector)", r"sector"),
    "founded": ColumnOption(
        gettext_lazy("year or day it was founded"), "date (founded)", r"founded"
    ),
    "website": ColumnOption(
        gettext_lazy("web site"), "link (website)", r"web ?site|url|web|homepage|sitio web"
    ),
    "information": ColumnOption(gettext_lazy("another web page about it"), "link (information)"),
    "identifier": ColumnOption(gettext_lazy("identifier in a register"), "identifier ({scheme})"),
    "email": ColumnOption(
        gettext_lazy("e-mail address, for representatives only"),
        "contact (email)",
        r".*\b(e-?mail|correo)\b.*",
    ),
    "phone": ColumnOption(
        gettext_lazy("telephone, for representatives only"),
        "contact (phone)",
        r".*\b(phone|tel|teléfono)\b.*",
    ),
    "postal": ColumnOption(
        gettext_lazy("postal address, for representatives only"),
        "contact (postal)",
        r"address|street|dirección",
    ),
    "kind": ColumnOption(gettext_lazy("organization or partnership"), KIND),
    "id": ColumnOption(gettext_lazy("id of this catalogue"), ID),
}


def guess_columns(header: list[str]) -> dict[str, str]:
    """Guess what the columns of a file mean: codes of `COLUMN_OPTIONS`, by heading."""
    guesses: dict[str, str] = {}
    for heading in header:
        codes = (
            code
            for code, option in COLUMN_OPTIONS.items()
            if re.fullmatch(option.guess, heading.strip(), re.IGNORECASE)
        )
        code = next(codes, "")
        is_single = code not in ("email", "phone", "website")
        guesses[heading] = "" if is_single and code in guesses.values() else code
    return guesses


class ColumnsForm(forms.Form):
    """What each column of a file means, and the language and register of all of them."""

    language = forms.CharField(
        label=gettext_lazy("Language of its names and texts"),
        help_text=gettext_lazy("As a tag: en, es, ar, zh-Hant; und if it is not known."),
        max_length=35,
        initial="en",
    )
    scheme = forms.CharField(
        label=gettext_lazy("Register of its identifiers"),
        help_text=gettext_lazy("If a column holds identifiers: us-ein, iso3166-1, ..."),
        max_length=60,
        required=False,
    )

    def __init__(self, header: list[str], remembered: dict[str, str], data: Any = None) -> None:
        self.header = header
        language, scheme = "en", ""
        for target in filter(None, map(parse_heading, remembered.values())):
            language = target.qualifiers[-1] if target.type in ("name", "text") else language
            scheme = target.qualifiers[0] if target.type == "identifier" else scheme
        super().__init__(data, initial={"language": language, "scheme": scheme})
        codes = {
            option.target.format(language=language, scheme=scheme): code
            for code, option in COLUMN_OPTIONS.items()
        }
        guesses = guess_columns(header)
        choices = [(code, option.label) for code, option in COLUMN_OPTIONS.items()]
        for index, heading in enumerate(header):
            is_remembered = heading in remembered
            own_choice = (
                [(f"= {heading}", heading)]
                if parse_heading(heading) or heading in OWN_HEADINGS
                else []
            )
            initial = codes.get(remembered[heading], "") if is_remembered else guesses[heading]
            if own_choice and (not is_remembered or remembered[heading] == heading):
                initial = own_choice[0][0]
            self.fields[f"column-{index}"] = forms.ChoiceField(
                label=heading, choices=[*own_choice, *choices], required=False, initial=initial
            )

    def columns_fields(self) -> list[Any]:
        return [self[f"column-{index}"] for index in range(len(self.header))]

    def common_fields(self) -> list[Any]:
        return [self["language"], self["scheme"]]

    def clean_language(self) -> str:
        language = self.cleaned_data["language"].strip()
        if not LANGUAGE.fullmatch(language):
            raise ValidationError(gettext("Write the language as a tag: en, es, zh-Hant, und."))
        return language

    def clean_scheme(self) -> str:
        scheme = self.cleaned_data["scheme"].strip()
        if scheme and not SLUG.fullmatch(scheme):
            raise ValidationError(gettext("Write letters, digits and hyphens: us-ein."))
        return scheme

    def clean(self) -> dict[str, Any]:
        """Require a column with names, and a register for identifiers."""
        data = super().clean() or self.cleaned_data
        codes = [data.get(f"column-{index}", "") for index in range(len(self.header))]
        if "identifier" in codes and not data.get("scheme") and "scheme" not in self.errors:
            self.add_error("scheme", gettext("Choose the register of the identifiers."))
        if not {"name", "acronym", "variant", "id"} & set(codes) and not any(
            code.startswith(("= id", "= name")) for code in codes
        ):
            self.add_error(None, gettext("Choose the column with the names."))
        return data

    def columns(self) -> dict[str, str]:
        """The heading of the sheet format for each heading of the file."""
        common = {name: self.cleaned_data[name] for name in ("language", "scheme")}
        columns = {}
        for index, heading in enumerate(self.header):
            code = self.cleaned_data[f"column-{index}"]
            is_own = code.startswith("= ")
            columns[heading] = heading if is_own else COLUMN_OPTIONS[code].target.format(**common)
        return columns
