"""What a deployment is warned of before it is reached from outside."""

from types import SimpleNamespace

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from mcs.deployment import is_local, trusted_proxies

PUBLIC = "https://catalogue.example"


@pytest.mark.parametrize(
    ("host", "local"),
    [
        (None, True),
        ("", True),
        ("/run/postgresql", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("demo.localhost", True),
        ("127.0.0.1", True),
        ("127.8.0.1", True),
        ("::1", True),
        ("[::1]", True),
        ("10.0.0.5", False),
        ("db.example", False),
        ("localhost.example", False),
        ("notlocalhost", False),
    ],
)
def test_this_machine_is_distinguished_from_others(host, local):
    assert is_local(host) is local


@pytest.mark.parametrize(
    ("environ", "count"),
    [
        ({}, 0),
        ({"BASE_URL": "http://localhost:8000"}, 0),
        ({"BASE_URL": "http://127.0.0.1:8000"}, 0),
        ({"BASE_URL": PUBLIC}, 1),
        # The proxy in front of one without https counts, too.
        ({"BASE_URL": "http://catalogue.example"}, 1),
        ({"BASE_URL": "http://catalogue.example", "TRUSTED_PROXIES": "0"}, 0),
        ({"BASE_URL": PUBLIC, "TRUSTED_PROXIES": "2"}, 2),
        ({"TRUSTED_PROXIES": "1"}, 1),
    ],
)
def test_proxies_in_front_are_counted_as_configured_or_by_the_public_address(environ, count):
    assert trusted_proxies(environ) == count


@pytest.mark.parametrize("value", ["yes", "-1", "1.5", "²", "100"])
def test_number_of_proxies_is_a_number(value):
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES is the number of proxies"):
        trusted_proxies({"TRUSTED_PROXIES": value})


@pytest.fixture
def deployed(settings) -> SimpleNamespace:
    """The settings of a deployment without warnings."""
    settings.BASE_URL = PUBLIC
    settings.ALLOWED_HOSTS = ["catalogue.example"]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.TRUSTED_PROXIES_SET = False
    return settings


def warnings() -> list[str]:
    """Which of our warnings `check --deploy` gives."""
    ids = [check.id for check in run_checks(include_deployment_checks=True) if check.id]
    return sorted(pk for pk in ids if pk in ("mcs.W002", "mcs.W003", "mcs.W004"))


def test_sound_deployment_is_warned_of_nothing(deployed):
    assert warnings() == []


@pytest.mark.parametrize(
    ("url", "count", "is_set", "expected"),
    [
        (PUBLIC, 1, True, []),
        (PUBLIC, 0, True, ["mcs.W002"]),
        ("http://catalogue.example", 1, False, ["mcs.W002"]),
        ("http://catalogue.example", 1, True, []),
        ("http://catalogue.example", 0, True, []),
        ("", 0, False, ["mcs.W002"]),
        ("", 0, True, []),
    ],
)
def test_doubt_about_proxies_is_a_warning(deployed, url, count, is_set, expected):
    deployed.BASE_URL = url
    deployed.ALLAUTH_TRUSTED_PROXY_COUNT = count
    deployed.TRUSTED_PROXIES_SET = is_set

    assert warnings() == expected


@pytest.mark.parametrize(
    ("host", "options", "expected"),
    [
        ("db.example", {}, ["mcs.W003"]),
        ("db.example", {"sslmode": "disable"}, ["mcs.W003"]),
        ("db.example", {"sslmode": "prefer"}, ["mcs.W003"]),
        ("db.example", {"sslmode": "require"}, []),
        ("db.example", {"sslmode": "verify-full"}, []),
        ("localhost", {}, []),
        ("/run/postgresql", {}, []),
        ("", {}, []),
        ("localhost", {"hostaddr": "192.0.2.7"}, ["mcs.W003"]),
        ("localhost,db.example", {}, ["mcs.W003"]),
    ],
)
def test_database_elsewhere_without_encryption_is_a_warning(
    deployed, monkeypatch, host, options, expected
):
    monkeypatch.setitem(deployed.DATABASES, "default", {"HOST": host, "OPTIONS": options})

    assert warnings() == expected


@pytest.mark.parametrize("host", ["*", ".example"])
def test_host_that_is_no_name_is_a_warning(deployed, host):
    deployed.ALLOWED_HOSTS = ["catalogue.example", host]

    assert warnings() == ["mcs.W004"]
