"""The order of names in the languages of the interface."""

import pytest

from orgs.search.collation import collation_key


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", "Åland Islands, Albania, Austria, Côte d’Ivoire, Croatia, Zambia, مصر"),
        # Ñ is a letter of its own; accents and case do not count.
        ("es", "Ángel, Antillas, Belice, Cantón, Caña, Caoba, Níger, nube, Ñuñoa, Omán"),
        ("es", "Níger, n\u0303andu\u0301, Omán"),
        # The article counts, forms of alif are one letter, and other scripts come last.
        ("ar", "إسبانيا, الأردن, ألمانيا, أوغندا, بلجيكا, تونس, يابان, Zambia"),
    ],
)
def test_names_are_in_the_order_of_the_language(language, names):
    ordered = names.split(", ")
    shuffled = set(ordered)

    assert sorted(shuffled, key=lambda name: collation_key(name, language)) == ordered
