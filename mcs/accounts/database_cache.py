"""The counts of rate limits are in the database, so that they apply to all processes together.

A Django cache backend that never evicts an entry before it expires: filling the cache does not
reset a limit. If the database is unavailable, it raises instead of counting from zero.
"""

import json
import time
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection
from django.utils import timezone

from orgs.access.rate_limits import Attempt


class DatabaseCache(BaseCache):
    """A cache of small values in the database."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        attempt = Attempt.objects.filter(
            name=self.make_key(key, version), until__gt=timezone.now()
        ).first()
        return default if attempt is None else attempt.value

    def set(
        self,
        key: str,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        attempt = Attempt(
            name=self.make_key(key, version), value=value, until=self.expires_at(timeout)
        )
        Attempt.objects.bulk_create(
            [attempt],
            update_conflicts=True,
            unique_fields=("name",),
            update_fields=("value", "until"),
        )

    def add(
        self,
        key: str,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        """Store a value if the key is free. Returns whether it was: True for one of two at once."""
        # One statement, because another process may take or free the key between two.
        values = (self.make_key(key, version), json.dumps(value), self.expires_at(timeout))
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO orgs_attempt AS attempt (name, value, until) VALUES (%s, %s, %s)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value, until = excluded.until"
                " WHERE attempt.until <= %s",
                (*values, timezone.now()),
            )
            return cursor.rowcount == 1

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(Attempt.objects.filter(name=self.make_key(key, version)).delete()[0])

    def clear(self) -> None:
        Attempt.objects.all().delete()

    def expires_at(self, timeout: Any) -> datetime:
        """When a value stored now expires; after a day if it has no time-out."""
        expires = self.get_backend_timeout(timeout)
        return datetime.fromtimestamp(time.time() + 86_400 if expires is None else expires, UTC)
