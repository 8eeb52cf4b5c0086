"""Invisible characters: refused where they mislead, kept where a script needs them."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.forms import CharField, Form

from orgs.changes.changeset import Changeset
from orgs.claims.views import AdditionForm
from orgs.records.characters import MessageField, invisible_error, reject_invisible, strip_invisible
from orgs.review.submission import ReasonForm
from tests.support.admin import editor, signed_in
from tests.support.claims import account, client_of
from tests.support.pages import page_of
from tests.support.profiles import PROFILE, ProfileEditor
from tests.support.uploads import shown

NAMES = (
    "Mujeres en Red", "Ñuu Savi – Tu’un savi", "Diidxazá 2020", "K’iche’ Ajpop", "Órale, A.C.",
    "الشبكة العربية للمهاجرين", "شبکه‌ی مهاجران می‌خواهند", "تارکین وطن کا نیٹ ورک", "רשת המהגרים",
    "Сеть мигрантов", "Мрежа ђака", "Δίκτυο Μεταναστών", "Միգրանտների ցանց", "მიგრანტთა ქსელი",
    "प्रवासी नेटवर्क", "क्‍ष शक्‍ति", "অভিবাসী র‍্যালি", "ਪਰਵਾਸੀ ਨੈੱਟਵਰਕ", "પ્રવાસી નેટવર્ક",
    "ପ୍ରବାସୀ ନେଟୱର୍କ", "புலம்பெயர்ந்தோர்", "వలస కార్మికులు", "ವಲಸೆ ಕಾರ್ಮಿಕರು", "പ്രവാസി ന്‍ അവന്‍ കൂട്ടം",
    "ශ්‍රී ලංකා සංක්‍රමණිකයෝ", "เครือข่ายแรงงาน", "ເຄືອຂ່າຍ ແຮງງານ", "ပြောင်းရွှေ့​လုပ်သား", "បណ្តាញ​ពលករ", "བོད་ཀྱི་མི།",
    "የስደተኞች መረብ", "移民ネットワーク", "移工團結網", "이주민 네트워크", "ᠮᠣᠩᠭᠣᠯ‍ᠤᠨ", "ߒߞߏ ߟߊߓߊ",
    "Familias 👩‍👩‍👧‍👦 ❤️‍🔥 🏴󠁧󠁢󠁷󠁬󠁳󠁿", "ⵜⴰⵎⴰⵣⵉⵖⵜ", "ᏣᎳᎩ ᎠᏰᎵ",
)  # fmt: skip
"""Names as organizations write them, with joiners where their scripts need them."""

HIDDEN = [chr(code) for code in (
    *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x061C,
    0x2060, 0xFEFF, 0x00AD, 0x180E, 0x034F, 0x3164, 0x115F, 0x2028, 0xE0041,
)]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_real_name_passes_unchanged(name):
    reject_invisible(name)
    assert invisible_error(name, long=True) == ""
    assert strip_invisible(name) == name
    assert clean_name(name) == name


def clean_name(name: str) -> str:
    """Clean a name by the form for new organizations."""

    return AdditionForm.base_fields["name"].clean(name)


def test_names_are_of_25_scripts():
    scripts = {
        unicodedata.name(character).partition(" ")[0]
        for name in NAMES for character in name if unicodedata.category(character).startswith("L")
    }  # fmt: skip
    assert len(scripts) >= 25


@pytest.mark.parametrize("sign", HIDDEN, ids=[f"U+{ord(character):04X}" for character in HIDDEN])
def test_name_with_an_invisible_character_is_refused_with_its_place(sign):
    for name in (f"Mujeres{sign} en Red", f"{sign}Mujeres", f"Mujeres{sign}", f"Сеть{sign}Сеть"):
        with pytest.raises(ValidationError, match=r"invisible character here \(U\+"):
            reject_invisible(name)
        assert sign not in strip_invisible(name) or sign in "\u00ad\u2028"


def test_long_text_may_have_direction_marks_beside_right_to_left_words():
    text = "قال (C++)\u200f: نعم\u200e."
    assert invisible_error(text, long=True) == ""
    assert invisible_error(text) != ""
    assert invisible_error("Nada\u200f.", long=True) != ""
    assert invisible_error("قال \u202eelif\u202c", long=True) != ""


@pytest.mark.parametrize(
    "piece", ["\u200f", "a\u200d", "\U000e0041", "\U0001f3f4\U000e0041", "\u200c"]
)
def test_worst_texts_are_read_in_linear_time(piece):
    """32 kB of each piece, with which quadratic code would not finish."""
    text = piece * (32_768 // len(piece))
    assert invisible_error(text, long=True) != ""
    assert len(strip_invisible(text)) <= len(text)


def every_form(kind: type = Form) -> set[type]:
    """All forms of the project."""
    results = set()
    for form in kind.__subclasses__():
        results |= every_form(form)
        if form.__module__.startswith(("orgs", "campaigns")):
            results.add(form)
    return results


WITH_OWN_PATTERN = {
    "AdditionForm.website", "CodeForm.code", "CorrectionForm.website", "CorrectionForm.stamp",
    "CorrectionForm.address", "HandOverForm.address", "ContactForm.address", "UploadForm.source",
    "ColumnsForm.language", "ColumnsForm.scheme", "ClocksForm.known_at",
}  # fmt: skip
"""Fields that hold an address, a code or a key, each checked against its own pattern."""


def test_every_text_field_refuses_or_strips_direction_controls():
    text_fields = [
        (f"{form.__name__}.{name}", field)
        for form in {*every_form(), ReasonForm}
        for name, field in form.base_fields.items()
        if isinstance(field, CharField) and f"{form.__name__}.{name}" not in WITH_OWN_PATTERN
    ]
    assert len(text_fields) >= 9
    for name, field in text_fields:
        try:
            assert "\u202e" not in field.clean("Luz \u202eelif.exe"), name
            assert isinstance(field, MessageField), name
        except ValidationError:
            assert not isinstance(field, MessageField), name


def test_profile_sheet_and_addition_refuse_an_invisible_character(write):
    record = write.record("organization", "mujeres-en-red", "Mujeres en Red")
    ana = ProfileEditor(write.representative(record).account)
    typed = "Muj\u200beres"
    answer = ana.type(f"{PROFILE}names/", **{"name-0": typed, "name-0-language": "en"})
    assert "invisible character here (U+200B), after “Muj”" in page_of(answer).main.text
    browser = client_of(account("u@example.org"))
    page = page_of(shown(browser, f'"name (official, en)"\n{typed}\n'.encode())).main.text
    assert "invisible character here (U+200B), after “Muj”" in page
    sent = {"name": typed, "language": "es", "consent": "on", "sure": "1"}
    added = browser.post("/organizations/add/", sent)
    assert added.status_code == 400
    assert "invisible character" in page_of(added).main.text
    assert not Changeset.objects.proposed().exists()


@pytest.mark.parametrize(
    ("name", "warnings"),
    [
        ("Mujeres en R\u0435d", ["mixes letters of different scripts", "looks like"]),
        ("Muj\u0435res en Red", ["mixes letters of different scripts", "looks like"]),
        ("\u0421\u041e\u0421\u041e", ["looks like \u201cCOCO\u201d"]),
        ("Mujeres en Red", []),
        ("Сеть мигрантов", []),
        ("Δίκτυο Μεταναστών", []),
        ("الشبكة", []),
    ],
)
def test_moderators_are_warned_of_confusable_names(write, name, warnings):
    write.record("organization", "mujeres-en-red", "Mujeres en Red")
    write.record("organization", "coco", "COCO")
    changeset = Changeset()
    changeset.add("name", changeset.record("organization", "nueva"), text=name, source=write.source)
    changeset.propose()
    editor_client = signed_in(editor())
    page = page_of(editor_client.get(f"/review/proposals/{changeset.pk}/"))
    notes = " ".join(note.text for note in page.main.every("div", kind="errornote"))
    assert [warning for warning in warnings if warning not in notes] == []
    assert bool(notes) is bool(warnings), notes
