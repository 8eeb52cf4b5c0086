"""The commands that load a catalogue's data files."""

from orgs.records.record import Record
from orgs.records.slugs import permanent_key


def test_records_of_the_paper_have_the_same_keys_in_every_catalogue(paper):
    keys = dict(Record.objects.values_list("slug", "key"))

    assert keys == {slug: permanent_key(slug) for slug in keys}
