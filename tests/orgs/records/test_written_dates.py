"""Dates are understood as people write them, and never guessed."""

import pytest
from django.core.exceptions import ValidationError

from orgs.records.edtf import days_by_date
from orgs.records.written_dates import day_comes_first, to_edtf

WRITTEN = {
    # As EDTF already.
    "2001": "2001",
    "2001-05": "2001-05",
    "2001~": "2001~",
    "199x": "199X",
    "2001/2005": "2001/2005",
    "2001-05-03/..": "2001-05-03/..",
    # About.
    "about 2001": "2001~",
    "About  2001": "2001~",
    "circa 1998": "1998~",
    "c. 1998": "1998~",
    "ca. 1998": "1998~",
    "hacia 1998": "1998~",
    "alrededor de mayo de 1998": "1998-05~",
    "حوالي 2001": "2001~",
    "2001 (approx.)": "2001~",
    "about the 1990s": "199X~",
    # Decades.
    "1990s": "199X",
    "the 1990's": "199X",
    "los años 1990": "199X",
    "años 90": "199X",
    # Months and days.
    "May 2001": "2001-05",
    "mayo de 2001": "2001-05",
    "Sept. 2001": "2001-09",
    "3 May 2001": "2001-05-03",
    "3rd May 2001": "2001-05-03",
    "May 3, 2001": "2001-05-03",
    "3 de mayo de 2001": "2001-05-03",
    "3 mai 2001": "2001-05-03",
    "1er mai 2001": "2001-05-01",
    "3. Mai 2001": "2001-05-03",
    "3 مايو 2001": "2001-05-03",
    "٣ مايو ٢٠٠١": "2001-05-03",
    "٢٠٠١": "2001",
    "05/2001": "2001-05",
    "2001/05/03": "2001-05-03",
    "25/03/2005": "2005-03-25",
    "03/25/2005": "2005-03-25",
    "25.3.2005": "2005-03-25",
    "3/3/2005": "2005-03-03",
    "2005-03-25 00:00:00": "2005-03-25",
    # Periods.
    "2001-2005": "2001/2005",
    "2001 – 2005": "2001/2005",
    "from 2001 to 2005": "2001/2005",
    "de 2001 a 2005": "2001/2005",
}


@pytest.mark.django_db
@pytest.mark.parametrize(("written", "edtf"), WRITTEN.items())
def test_date_is_understood_as_people_write_it(written, edtf):
    assert to_edtf(written) == edtf
    assert days_by_date([edtf])[edtf]


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "may", "May", "2001 or 2002", "31/31/2005", "45 May 2001", "since forever"),
        *("Foo 2001", "2005-2001", "1/2/05", "3 Mayo", "about", "about about", "2001\x00"),
        *("about " * 5_000, "9" * 30_000, "2001-" * 6_000, "ال" * 15_000, "٣" * 15_000),
    ],
)
def test_what_is_no_date_stays_as_it_is(text):
    assert to_edtf(text) == text


def test_date_that_can_be_two_days_is_refused_with_both():
    with pytest.raises(ValidationError, match=r"Write 2005-03-12 or 2005-12-03\."):
        to_edtf("12/03/2005")

    assert to_edtf("12/03/2005", day_first=True) == "2005-03-12"
    assert to_edtf("12/03/2005", day_first=False) == "2005-12-03"
    assert to_edtf("about 12/03/2005", day_first=True) == "2005-03-12~"


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["12/03/2005", "25/03/2005"], True),
        (["12/03/2005", "03/25/2005"], False),
        (["12/03/2005", "2001", ""], None),
        (["25/03/2005", "03/25/2005"], None),
    ],
)
def test_one_date_tells_the_order_of_its_column(column, expected):
    assert day_comes_first(column) is expected
