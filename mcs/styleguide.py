"""The style guide of the demo: all design tokens, and every component in all of its states.

It uses the templates of the pages themselves, so it cannot become outdated. Its data is made up,
and it does not query the database.
"""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from orgs.pages.source_notes import Notes

TOKENS = Path(settings.BASE_DIR) / "static" / "css" / "tokens.css"
SHADES = ("land", "shade-1", "shade-2", "shade-3", "shade-4")
"""Colours of the map, each darker than the one before; in the dark scheme, lighter."""
BACKGROUNDS = ("paper", "paper-deep", "brand-wash", "warn-wash", "on-brand", *SHADES)
"""Colours that are not text on paper: backgrounds, drawings, and text on the brand colour."""
SIZES = ("title", "heading", "lead", "body", "small", "note")
SPACES = ("1", "2", "3", "4", "6", "8", "12", "16")


# Tokens -----------------------------------------------------------------------------------------


def colours() -> list[dict[str, Any]]:
    """The colour tokens: name, and value and contrast with the paper in both schemes.

    Contrast is that of WCAG 2, from 1 to 21; backgrounds have none.
    """
    light, dark = (palette(scheme) for scheme in ("light", "dark"))
    return [
        {
            "name": name,
            "values": [
                (scheme[name], contrast_with_paper(name, scheme)) for scheme in (light, dark)
            ],
        }
        for name in light
    ]


def palette(scheme: str) -> dict[str, str]:
    """The colours of a scheme, `light` or `dark`, by name: "#" and six digits."""
    sheet = TOKENS.read_text(encoding="utf-8")
    first, _, second = sheet.partition("@media (prefers-color-scheme: dark)")
    matches = re.findall(
        r"(?<![\w-])--([\w-]+): (#[0-9a-f]{3,6});", second if scheme == "dark" else first
    )
    return {name: value if len(value) == 7 else expand_hex(value) for name, value in matches}


def expand_hex(short: str) -> str:
    """#abc as #aabbcc."""
    return "#" + "".join(digit * 2 for digit in short[1:])


def contrast_with_paper(name: str, scheme: dict[str, str]) -> float | None:
    """None for backgrounds."""
    return None if name in BACKGROUNDS else contrast(scheme[name], scheme["paper"])


def contrast(first: str, second: str) -> float:
    """The contrast of two colours by WCAG 2.2, from 1 (none) to 21 (black on white)."""
    dark, light = sorted((luminance(first), luminance(second)))
    return round((light + 0.05) / (dark + 0.05), 1)


def luminance(colour: str) -> float:
    """The relative luminance of #rrggbb, from 0 to 1, as WCAG 2.2 defines it."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (red, green, blue)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# Components -------------------------------------------------------------------------------------

SURVEY = {"id": "survey", "short": "Survey 2010", "url": "/sources/", "title": "A survey"}
DAILY = {"label": "Daily Star", "url": ""}
SAMPLE_TEXTS = {
    "ar": "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق.",
    "km": "មនុស្សទាំងអស់ កើតមកមានសេរីភាព និងសមភាព ក្នុងផ្នែកសេចក្ដីថ្លៃថ្នូរនិងសិទ្ធិ។",
    "hi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
    "zh": "人人生而自由，在尊严和权利上一律平等。",
    "en": "All human beings are born free and equal in dignity and rights.",
}
"""One sentence of the Universal Declaration of Human Rights, in the scripts that differ most."""


class StatementFactory:
    """Makes statements in the form of documents, numbered from 1."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, part: str, **values: Any) -> dict[str, Any]:
        """A statement of a part. By default the survey states it explicitly."""
        self.number += 1
        defaults = {
            "statement": self.number,
            "part": part,
            "holds": True,
            "disputed": False,
            "voice": "source",
            "speaker": None,
            "source": SURVEY["id"],
            "locator": "p. 4",
            "quote": "",
            "confidence": "stated",
            "when": "",
            "observed": "2010",
            "note": "",
            "detail": "",
        }
        return defaults | values


def components() -> dict[str, Any]:
    """The context of the components: statements in every state, lists and cards."""
    make = StatementFactory()
    place = {"label": "Oaxaca", "url": ""}
    network = {"scheme": "form", "term": "network", "label": "Network"}
    coalition = {"scheme": "form", "term": "coalition", "label": "Coalition"}
    figure = {"measure": "participants", "label": "Participants", "unit": "workers"}
    return {
        "notes": Notes([SURVEY]),
        "names": [
            make("names", name_kind="official", text="Frente Indígena", language="es"),
            make("names", name_kind="translation", text="منتدى المهاجرين", language="ar"),
            make("names", name_kind="translation", text="វេទិកាទេសន្តរប្រវេសន៍", language="km"),
        ],
        "texts": [
            make("texts", body=body, language=language, voice="own")
            for language, body in SAMPLE_TEXTS.items()
        ],
        "sentences": [
            make("places", role="seat", place=place, quote="has its seat in Oaxaca"),
            make("places", role="acts_in", place=place, confidence="implied", when="1994/.."),
            make("places", role="has_members_in", place=place, voice="editor", note="By its name."),
            make("places", role="registered", place=place, voice="quoted", speaker=DAILY),
            make("places", role="registered", place=place, holds=False),
        ],
        "called": {
            "calls_itself": [make("calls_itself", **network, voice="own")],
            "called": [
                make("called", **coalition),
                make("called", **network, disputed=True),
            ],
        },
        "figures": [
            (
                "participants",
                "Participants",
                [
                    make("figures", **figure, low=2000, high=2000, disputed=True),
                    make(
                        "figures",
                        **figure,
                        low=500,
                        disputed=True,
                        voice="quoted",
                        speaker=DAILY,
                        detail="cleaners",
                    ),
                ],
            )
        ],
        "withheld": [make("withheld", field="contacts", reason="safety")],
        "coverage": [
            make("coverage", field="dates", verdict="none_found", voice="editor", method="by name"),
        ],
        "absent": [{"part": "figures", "coverage": False}],
        "arenas": [
            {
                "slug": slug,
                "url": f"/arenas/{slug}/",
                "label": label,
                "definition": definition,
                "count": count,
            }
            for slug, label, definition, count in (
                ("membership", "Migrant-led membership organizations", "Unions and clubs.", 1203),
                ("space", "Autonomous public spaces", "Large gatherings.", 9),
                ("ngo", "Migrant-led NGOs", "Rights and services.", 0),
                ("media", "Migrant-led media", "Press and radio.", 1),
            )
        ],
        "cards": [
            {
                "url": "/organizations/",
                "label": "Frente Indígena de Organizaciones Binacionales",
                "acronym": "FIOB",
                "kind": "partnership",
                "arenas": ["membership", "media"],
                "where": ["Oaxaca"],
                "dates": [make("dates", event="founded", when="1991")],
                "line": "Front of organizations of indigenous migrants.",
            },
            {"url": "/organizations/", "label": "منتدى المهاجرين", "kind": "organization"},
        ],
        "listing": {
            "params": {"q": "frente"},
            "count": "2 organizations",
            "problems": {},
            "active_filters": [
                {"before": "matching ", "value": "frente", "after": "", "without": "."}
            ],
            "orders": [
                {"current": True, "label": "name"},
                {"current": False, "label": "last changed first", "url": "."},
            ],
            "filters": [
                {
                    "name": "arena",
                    "legend": "Arena",
                    "options": [
                        {"value": "space", "label": "Public spaces", "count": 40, "chosen": True},
                        {"value": "media", "label": "Media", "count": 1, "chosen": False},
                    ],
                    "more": [{"value": "ngo", "label": "NGOs", "count": 0, "chosen": False}],
                }
            ],
            "filterset": {"filters": {"as_of": True}},
            "previous": ".",
            "next": ".",
        },
        "refused": {
            "problems": {"as_of": ["Write a year, month or day."]},
            "problem_list": [("as_of", "As it was in", "Write a year, month or day.")],
        },
    }


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """The guide for developers and translators.

    404 outside the demo, where readers could take the made-up data for real.
    """
    if not settings.DEMO:
        raise Http404
    context = {"colours": colours(), "sizes": SIZES, "spaces": SPACES, **components()}
    return render(request, "styleguide.html", {"title": gettext_lazy("Style guide"), **context})
