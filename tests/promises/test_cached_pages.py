"""A page that is kept until the catalogue changes tells nothing that changes without it."""

import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mcs.cache import cached
from orgs.access.account import Account
from tests.support.accounts import force_sign_in
from tests.support.ledger import ledger
from tests.support.read_requests import read_requests


def test_cached_pages_are_made_of_the_catalogue_alone(paper):
    tables = set(connection.introspection.table_names())
    catalogue = {model._meta.db_table for model in ledger()}
    reader = Client(raise_request_exception=False)
    others: dict[str, set[str]] = {}
    cached_count = 0
    # Of the pages of accounts, too, there is one.
    force_sign_in(
        Client(), Account.objects.create_superuser("editor@example.org", "long enough password")
    )

    for method, path in read_requests():
        if method != "get" or path.startswith(("/admin/", "/api/")):
            continue
        cached.empty()
        with CaptureQueriesContext(connection) as queries:
            reader.get(path)
        if not cached.requested:
            continue
        cached_count += 1
        named = {name for one in queries for name in re.findall(r"\w+", one["sql"])}
        if beside := (named & tables) - catalogue:
            others[path] = beside

    assert others == {}
    assert cached_count > 60
