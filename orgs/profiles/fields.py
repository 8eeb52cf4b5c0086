from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt

from orgs.records.characters import LineField
from orgs.records.languages import LanguageSelect

from .profile import NOT_OFFERED


class Renderer(TemplatesSetting):
    """Renders fields with their hint, errors and the texts of others."""

    field_template_name = "orgs/profiles/field.html"


class DraftField(BoundField):
    """A field with the texts that other windows or colleagues typed into it."""

    form: "DraftForm"

    @property
    def others(self) -> list[str]:
        labels = {str(code): label for code, label in getattr(self.field, "choices", ())}
        return [str(labels.get(text, text)) for text in self.form.others.get(self.name, [])]

    @property
    def aria_describedby(self) -> str:
        others = f"{self.auto_id}_others" if self.others else ""
        return " ".join(filter(None, [super().aria_describedby, others]))

    @property
    def language_attributes(self) -> str:
        """The attributes `lang` and `dir` of its texts."""
        attributes = self.field.widget.attrs
        return flatatt({name: attributes[name] for name in ("lang", "dir") if name in attributes})

    @property
    def first_input(self) -> str:
        return f"{self.auto_id}_0" if self.use_fieldset else str(self.auto_id)


class SeveralTexts(forms.TextInput):
    """An input for each text, and one or two empty ones."""

    template_name = "orgs/profiles/several_texts.html"
    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return list(data.get(name) or [])

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        shared = context["widget"]["attrs"]
        texts = list(value or [])
        context["widget"]["inputs"] = [
            {
                "name": name,
                "type": self.input_type,
                "value": text or None,
                "attrs": {
                    **shared,
                    "id": f"{shared['id']}_{position}",
                    "aria-label": f"{shared['aria-label']} {position + 1}",
                    "aria-invalid": bool(text) and shared.get("aria-invalid", False),
                },
            }
            for position, text in enumerate([*texts, *[""] * (1 if texts else 2)])
        ]
        return context


class SeveralTextsField(forms.Field):
    def __init__(self, label: Any, help_text: Any = "", **attributes: str) -> None:
        shared = {"dir": "auto", "autocomplete": "off", "aria-label": label}
        widget = SeveralTexts({**shared, **attributes})
        super().__init__(label=label, help_text=help_text, required=False, widget=widget)


class TextField(LineField):
    def __init__(
        self, label: Any, help_text: Any = "", max_length: int = 400, **attributes: str
    ) -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            max_length=max_length,
            required=False,
            widget=forms.TextInput({"dir": "auto", "autocomplete": "off", **attributes}),
        )


class Checkboxes(forms.CheckboxSelectMultiple):
    """A checkbox for each choice, with its definition."""

    template_name = "orgs/profiles/checkboxes.html"

    def __init__(self, definitions: dict[str, str]) -> None:
        super().__init__()
        self.definitions = definitions

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if definition := self.definitions.get(value):
            option["definition"] = definition
            option["attrs"]["aria-describedby"] = f"{option['attrs']['id']}_definition"
        return option


class TermsField(forms.MultipleChoiceField):
    """Checkboxes for (code, label, definition). `collapsed` ones open when there is a choice."""

    def __init__(
        self, label: Any, choices: Sequence[tuple[str, str, str]], collapsed: bool = False
    ) -> None:
        super().__init__(  # type: ignore[call-arg]
            label=label,
            choices=[(code, text) for code, text, _ in choices],
            required=False,
            error_messages={"invalid_choice": NOT_OFFERED},
            template_name="orgs/profiles/collapsed_field.html" if collapsed else None,
            widget=Checkboxes({code: definition for code, _, definition in choices}),
        )
        self.collapsed = collapsed


class LanguageAdder(LanguageSelect):
    """A select of languages with a button that adds a field."""

    template_name = "orgs/profiles/add_language.html"


class DraftForm(forms.Form):
    """A form whose fields can have several texts. `others` has those of others, by field."""

    default_renderer = Renderer
    bound_field_class = DraftField
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others: dict[str, list[str]] = {}
