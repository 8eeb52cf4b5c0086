"""Names in any script as Latin letters, by rules of our own: good for comparing, not for printing.

Alphabets have a table. Of scripts whose signs are syllables, Unicode's own name of a sign tells how
it sounds: DEVANAGARI LETTER KA, ETHIOPIC SYLLABLE MI, HIRAGANA LETTER NO. What neither knows stays
as it is, so that the same Chinese name is still the same.
"""

import re
import unicodedata
from functools import lru_cache


def alphabet(letters: str, sounds: str) -> dict[str, str]:
    """Return letters, each with how it sounds; a line for what is not heard."""
    return dict(zip(letters, sounds.split(), strict=True))


CYRILLIC = alphabet(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюяґєіїўјљњћђџқғңөұүһәҷҳӣӯѓќѕ",
    "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya g ye i yi u j lj "
    "nj c dj dz q gh ng o u u h a j h i u g k dz",
)
GREEK = alphabet(
    "αβγδεζηθικλμνξοπρσςτυφχψω",
    "a v g d e z i th i k l m n x o p r s s t y f ch ps o",
)
ARABIC = alphabet(
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويآأإىةئؤءپچژگکیںےہھٹڈڑۃٱ",
    "a b t th j h kh d dh r z s sh s d t z _ gh f q k l m n h w y "
    "a a i a a y w _ p ch zh g k y n y h h t d r a a",
)
HEBREW = alphabet(
    "אבגדהוזחטיכךלמםנןסעפףצץקרשת",
    "a b g d h v z kh t y k k l m m n n s _ p f ts ts k r sh t",
)
GEORGIAN = alphabet(
    "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
    "a b g d e v z t i k l m n o p zh r s t u p k gh q sh ch ts dz ts ch kh j h",
)
ARMENIAN = alphabet(
    "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆև",
    "a b g d e z e y t zh i l kh ts k h dz gh ch m y n sh o ch p j r s v t r ts w p k o f ev",
)
LATIN = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ł": "l",
    "ı": "i",
}
LETTERS = {
    ord(letter): "" if sound == "_" else sound
    for table in (CYRILLIC, GREEK, ARABIC, HEBREW, GEORGIAN, ARMENIAN, LATIN)
    for letter, sound in table.items()
}
"""What each letter of an alphabet is in Latin letters."""

INHERENT = (
    "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA",
    "MALAYALAM", "SINHALA", "MYANMAR", "KHMER", "TIBETAN",
)  # fmt: skip
"""Scripts in which a consonant has a vowel of its own until a sign says otherwise."""
SYLLABIC = (*INHERENT, "ETHIOPIC", "HIRAGANA", "KATAKANA", "THAI", "LAO", "CHEROKEE")
"""Scripts whose signs are called as they sound."""

BEGINNINGS = "g gg n d dd r m b bb s ss _ j jj ch k t p h"
MIDDLES = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i"
ENDS = "_ g gg gs n nj nh d l lg lm lb ls lt lp lh m b bs s ss ng j ch k t p h"
JAMO = (BEGINNINGS.split(), MIDDLES.split(), ENDS.split())
"""The beginnings, vowels and ends of Korean syllables, in the order of Unicode."""


OWN, SIGN, SILENCE = "\x01", "\x02", "\x03"
"""Marks while a text is read: after the vowel a consonant has by itself; before a vowel that a sign
writes; that there is none."""


@lru_cache(maxsize=4096)
def sound(sign: str) -> str:
    """Return a sign of a syllabic script in Latin letters; anything else as it is."""
    code = ord(sign)
    if 0xAC00 <= code < 0xAC00 + 11172:
        head, rhyme = divmod(code - 0xAC00, 588)
        parts = (JAMO[0][head], JAMO[1][rhyme // 28], JAMO[2][rhyme % 28])
        return "".join(part for part in parts if part != "_")
    name = unicodedata.name(sign, "")
    script, _, rest = name.partition(" ")
    if script not in SYLLABIC:
        return sign
    if "DIGIT" in rest:
        return str(unicodedata.digit(sign, ""))
    if "VIRAMA" in rest or "COENG" in rest or "ASAT" in rest:
        return SILENCE
    if "VOWEL SIGN" in rest or "CHARACTER SARA" in rest:
        return SIGN + rest.rsplit(" ", 1)[-1].lower()
    if not unicodedata.category(sign).startswith("L"):
        return "n" if "ANUSVARA" in rest or "NIKAHIT" in rest else ""
    spoken = rest.rsplit(" ", 1)[-1].lower()
    return spoken + OWN if script in INHERENT and len(spoken) > 1 and spoken[-1] in "ao" else spoken


def latin(text: str) -> str:
    """Return a text in small Latin letters without accents, as far as rules can tell."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).lower())
    text = "".join(one for one in text if unicodedata.category(one) != "Mn" or not _latin_mark(one))
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text).translate(LETTERS)
    if text.isascii():
        return text
    text = "".join(map(sound, text))
    # A vowel sign, a sign of silence or the end of a word ends the vowel that a consonant has by
    # itself.
    text = re.sub(rf"[ao]{OWN}(?=\W|$)", "", text)
    return text.translate({ord(mark): None for mark in (OWN, SIGN, SILENCE)})


def _latin_mark(sign: str) -> bool:
    """Whether a mark is an accent, rather than a vowel of a script that writes them so."""
    name = unicodedata.name(sign, "")
    return name.startswith(("COMBINING", "ARABIC", "HEBREW")) and "KATAKANA" not in name


LOOK_ALIKES = str.maketrans(
    # Cyrillic, small and capital
    "авеіјкмнорстухѕһԁԛԝӏүѵгАВЕІЈКМНОРСТУХЅҺԀԚԜӀҮѴ"
    # Greek: small letters look like others than capital ones
    "αβγεικνορτυχωσΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "abeijkmhopctyxshdqwlyvrabeijkmhopctyxshdqwlyvabyeikvoptuxwoabezhikmnoptyx",
)
"""Letters that look like Latin ones, and which."""


def skeleton(text: str) -> str:
    """Return what a text looks like at a glance: letters of other scripts as the like Latin ones.

    Two texts with the same skeleton are easily taken for each other. It is no transliteration.
    """
    text = unicodedata.normalize("NFKD", text).translate(LOOK_ALIKES).casefold()
    return "".join(one for one in text if unicodedata.category(one) != "Mn" or not _latin_mark(one))


SILENT = "aeiouwyh'`ʿʾ ‌‍"
"""What is left out where only the bones of a name are compared."""
HEARD = {"f": "p", "q": "k", "x": "k", "v": "b", "j": "z", "l": "r"}
"""Letters that others write for the same sound."""


def bones(text: str) -> str:
    """Return what is left of Latin letters when vowels and fine differences of sounds are gone.

    "Muhammad" and "محمد" are both "mmd": alphabets that write no short vowels are compared so. The
    database does the same with `bones`, one sign at a time.
    """
    return re.sub(r"(.)\1+", r"\1", text).translate(BONES)


BONES = {ord(letter): "" for letter in SILENT} | {ord(one): other for one, other in HEARD.items()}

BLOCKS = (
    (0x00C0, 0x024F),  # Latin with accents
    (0x0300, 0x036F),  # accents
    (0x0370, 0x03FF),  # Greek
    (0x0400, 0x052F),  # Cyrillic
    (0x0531, 0x058F),  # Armenian
    (0x0590, 0x05FF),  # Hebrew
    (0x0600, 0x06FF),  # Arabic
    (0x0900, 0x109F),  # the scripts of India, Sri Lanka, Thailand, Laos, Tibet and Burma
    (0x10D0, 0x10FF),  # Georgian
    (0x1200, 0x137F),  # Ethiopic
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # the two syllabaries of Japanese
)
"""Where in Unicode the signs are that `bones` knows. What lies elsewhere stays as it is."""


def translation() -> tuple[str, str]:
    """Return signs, and the letter that each becomes, in the same place; those beyond become none.

    That is how the database's `translate` takes them.
    """
    signs = [chr(code) for first, last in BLOCKS for code in range(first, last + 1)]
    found = {**{one: bones(latin(one))[:1] for one in signs}, **dict.fromkeys(SILENT, ""), **HEARD}
    for number, spoken in enumerate(JAMO[0]):
        found[chr(0x1100 + number)] = bones(spoken.strip("_"))[:1]
    found |= {chr(0x1161 + number): "" for number in range(len(JAMO[1]))}
    for number, spoken in enumerate(JAMO[2]):
        found[chr(0x11A7 + number)] = bones(spoken.strip("_"))[:1]
    found["|"] = " "
    kept = [
        one for one in sorted(found) if found[one] != one and found[one] and found[one].isascii()
    ]
    gone = [one for one in sorted(found) if not found[one]]
    return "".join(kept + gone), "".join(found[one] for one in kept)
