"""What is indented for whoever writes a template is not sent to whoever reads the page."""

import re

from django.template import engines
from django.template.loader import get_template


def test_no_line_of_a_page_begins_with_blanks_of_its_template(paper, client):
    page = client.get("/organizations/").text

    assert re.findall(r"\n[ \t].*", page) == []
    assert '<ol class="cards">\n' in page


def test_lines_of_a_template_keep_their_numbers():
    django = engines["django"].engine
    source = django.template_loaders[0].get_template("base.html").source

    written = (django.dirs[0] / "base.html").read_text()
    assert source.splitlines() == [line.lstrip(" ") for line in written.splitlines()]


def test_mails_in_plain_text_stay_as_they_are_written():
    template = get_template("messages/still_right.txt").template

    written = (engines["django"].engine.dirs[0] / "messages/still_right.txt").read_text()
    assert template.source == written
    assert "\n  " in written
