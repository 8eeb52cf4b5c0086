"""Transliteration of names in any script to Latin letters: for comparing, not for printing.

Alphabets have a table. For syllabic scripts the Unicode name of a sign gives its sound: DEVANAGARI
LETTER KA, ETHIOPIC SYLLABLE MI, HIRAGANA LETTER NO. Other signs are unchanged, so that equal
Chinese names stay equal.
"""

import re
import unicodedata
from functools import lru_cache


def _alphabet(letters: str, sounds: str) -> dict[str, str]:
    """Map letters to their sounds, given in the same order; "_" for a silent letter."""
    return dict(zip(letters, sounds.split(), strict=True))


CYRILLIC = _alphabet(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюяґєіїўјљњћђџқғңөұүһәҷҳӣӯѓќѕ",
    "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya g ye i yi u j lj "
    "nj c dj dz q gh ng o u u h a j h i u g k dz",
)
GREEK = _alphabet(
    "αβγδεζηθικλμνξοπρσςτυφχψω",
    "a v g d e z i th i k l m n x o p r s s t y f ch ps o",
)
ARABIC = _alphabet(
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويآأإىةئؤءپچژگکیںےہھٹڈڑۃٱ",
    "a b t th j h kh d dh r z s sh s d t z _ gh f q k l m n h w y "
    "a a i a a y w _ p ch zh g k y n y h h t d r a a",
)
HEBREW = _alphabet(
    "אבגדהוזחטיכךלמםנןסעפףצץקרשת",
    "a b g d h v z kh t y k k l m m n n s _ p f ts ts k r sh t",
)
GEORGIAN = _alphabet(
    "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
    "a b g d e v z t i k l m n o p zh r s t u p k gh q sh ch ts dz ts ch kh j h",
)
ARMENIAN = _alphabet(
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
"""Code points of letters and their transliteration."""

INHERENT = (
    "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA",
    "MALAYALAM", "SINHALA", "MYANMAR", "KHMER", "TIBETAN",
)  # fmt: skip
"""Scripts in which a consonant has an inherent vowel unless a sign changes it."""
SYLLABIC = (*INHERENT, "ETHIOPIC", "HIRAGANA", "KATAKANA", "THAI", "LAO", "CHEROKEE")
"""Scripts whose Unicode names give the sound of a sign."""

BEGINNINGS = "g gg n d dd r m b bb s ss _ j jj ch k t p h"
MIDDLES = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i"
ENDS = "_ g gg gs n nj nh d l lg lm lb ls lt lp lh m b bs s ss ng j ch k t p h"
JAMO = (BEGINNINGS.split(), MIDDLES.split(), ENDS.split())
"""The beginnings, vowels and ends of Korean syllables, in the order of Unicode."""


INHERENT_MARK, VOWEL_MARK, SILENT_MARK = "\x01", "\x02", "\x03"
"""Marks in a text that is being transliterated: after an inherent vowel; before a vowel that a sign
writes; no vowel."""


@lru_cache(maxsize=4096)
def _syllable(sign: str) -> str:
    """Transliterate a sign of a syllabic script or Korean; other signs are unchanged."""
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
        return SILENT_MARK
    if "VOWEL SIGN" in rest or "CHARACTER SARA" in rest:
        return VOWEL_MARK + rest.rsplit(" ", 1)[-1].lower()
    if not unicodedata.category(sign).startswith("L"):
        return "n" if "ANUSVARA" in rest or "NIKAHIT" in rest else ""
    syllable = rest.rsplit(" ", 1)[-1].lower()
    return (
        syllable + INHERENT_MARK
        if script in INHERENT and len(syllable) > 1 and syllable[-1] in "ao"
        else syllable
    )


def transliterate(text: str) -> str:
    """Write a text in lower-case Latin letters without accents, as far as the rules go."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).lower())
    text = "".join(
        char for char in text if unicodedata.category(char) != "Mn" or not _latin_mark(char)
    )
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text).translate(LETTERS)
    if text.isascii():
        return text
    text = "".join(map(_syllable, text))
    # A vowel sign, a silent sign or the end of a word ends an inherent vowel.
    text = re.sub(rf"[ao]{INHERENT_MARK}(?=\W|$)", "", text)
    return text.translate({ord(mark): None for mark in (INHERENT_MARK, VOWEL_MARK, SILENT_MARK)})


def _latin_mark(sign: str) -> bool:
    """Whether a mark is an accent and not a vowel sign."""
    name = unicodedata.name(sign, "")
    return name.startswith(("COMBINING", "ARABIC", "HEBREW")) and "KATAKANA" not in name


LOOK_ALIKES = str.maketrans(
    # Cyrillic, small and capital
    "авеіјкмнорстухѕһԁԛԝӏүѵгАВЕІЈКМНОРСТУХЅҺԀԚԜӀҮѴ"
    # Greek: small letters look like others than capital ones
    "αβγεικνορτυχωσΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "abeijkmhopctyxshdqwlyvrabeijkmhopctyxshdqwlyvabyeikvoptuxwoabezhikmnoptyx",
)
"""Letters of other scripts and the Latin letters they look like."""


def skeleton(text: str) -> str:
    """Replace letters of other scripts by the Latin letters they look like.

    Readers confuse two texts with the same skeleton. Not a transliteration.
    """
    text = unicodedata.normalize("NFKD", text).translate(LOOK_ALIKES).casefold()
    return "".join(
        char for char in text if unicodedata.category(char) != "Mn" or not _latin_mark(char)
    )


SILENT = "aeiouwyh'`ʿʾ ‌‍"
"""Letters left out of `consonants`."""
SAME_SOUNDS = {"f": "p", "q": "k", "x": "k", "v": "b", "j": "z", "l": "r"}
"""Letters and the letter that stands for the same sound."""


def consonants(text: str) -> str:
    """Reduce Latin letters to their consonants, with similar sounds as one.

    "Muhammad" and "محمد" are both "mmd", as some alphabets write no short vowels. The SQL function
    `bones` does the same, one sign at a time.
    """
    return re.sub(r"(.)\1+", r"\1", text).translate(_CONSONANTS)


_CONSONANTS = {ord(letter): "" for letter in SILENT} | {
    ord(one): other for one, other in SAME_SOUNDS.items()
}

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
"""Unicode ranges that the SQL function `bones` knows. Other signs are unchanged."""


def translate_arguments() -> tuple[str, str]:
    """The arguments `from` and `to` of PostgreSQL's `translate` in the SQL function `bones`.

    Signs beyond the length of `to` are removed.
    """
    signs = [chr(code) for first, last in BLOCKS for code in range(first, last + 1)]
    mapping = {
        **{char: consonants(transliterate(char))[:1] for char in signs},
        **dict.fromkeys(SILENT, ""),
        **SAME_SOUNDS,
    }
    for number, syllable in enumerate(JAMO[0]):
        mapping[chr(0x1100 + number)] = consonants(syllable.strip("_"))[:1]
    mapping |= {chr(0x1161 + number): "" for number in range(len(JAMO[1]))}
    for number, syllable in enumerate(JAMO[2]):
        mapping[chr(0x11A7 + number)] = consonants(syllable.strip("_"))[:1]
    mapping["|"] = " "
    replaced = [
        char
        for char in sorted(mapping)
        if mapping[char] != char and mapping[char] and mapping[char].isascii()
    ]
    removed = [char for char in sorted(mapping) if not mapping[char]]
    return "".join(replaced + removed), "".join(mapping[char] for char in replaced)
