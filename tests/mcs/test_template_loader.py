"""HTML templates are loaded without their indentation."""

import re

from django.template import engines
from django.template.loader import get_template


def test_no_line_of_a_page_begins_with_spaces(paper, client):
    page = client.get("/organizations/").text

    assert re.findall(r"\n[ \t].*", page) == []
    assert '<ol class="cards">\n' in page


def test_lines_of_a_template_keep_their_numbers():
    django = engines["django"].engine
    source = django.template_loaders[0].get_template("base.html").source

    text = (django.dirs[0] / "base.html").read_text()
    assert source.splitlines() == [line.lstrip(" ") for line in text.splitlines()]


def test_mails_in_plain_text_stay_as_they_are_written():
    template = get_template("messages/still_right.txt").template

    text = (engines["django"].engine.dirs[0] / "messages/still_right.txt").read_text()
    assert template.source == text
    assert "\n  " in text
