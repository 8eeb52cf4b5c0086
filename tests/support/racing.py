"""Requests that are sent at once."""

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

ROUNDS = int(os.environ.get("MCS_RACES", "2"))
"""How many rounds each race has."""


def race(posts):
    """Send these forms at the same moment, each from a browser of its own."""
    start = Barrier(len(posts))

    def send(client, path, fields):
        start.wait()
        try:
            return client.post(path, fields)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(posts)) as threads:
        return [one.result() for one in [threads.submit(send, *post) for post in posts]]
