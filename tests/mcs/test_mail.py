"""Messages leave as EMAIL_URL says, and a catalogue that sends none says so."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from mcs.mail import check_mail, configuration

BACKENDS = "django.core.mail.backends"


def mail_settings_for(url: str, demo: bool = False, **more: str):
    return configuration({"EMAIL_URL": url, **more}, demo)


def test_server_is_reached_under_encryption_by_default():
    first = mail_settings_for("smtp://ana%40x:p%2Fw@mail.example")
    second = mail_settings_for("smtps://mail.example")
    third = mail_settings_for("smtp://localhost:25?tls=no&from=hello@x.example")

    assert first[3:9] == ("mail.example", 587, "ana@x", "p/w", True, False)
    assert second[3:9] == ("mail.example", 465, "", "", False, True)
    assert third[3:9] == ("localhost", 25, "", "", False, False)
    assert [one.sent for one in (first, second, third)] == [True, True, True]
    assert third.sender == "hello@x.example"


def test_demo_writes_on_its_terminal_and_others_send_nothing_by_default():
    demo, silent = mail_settings_for("", demo=True), mail_settings_for("")

    assert (demo.backend, demo.sent) == (f"{BACKENDS}.console.EmailBackend", True)
    assert (silent.backend, silent.sent) == (f"{BACKENDS}.dummy.EmailBackend", False)
    assert mail_settings_for("file:///var/mail%20box").folder == "/var/mail box"
    assert mail_settings_for("", BASE_URL="https://x.example").sender == "catalogue@x.example"


@pytest.mark.parametrize(
    "url", ["mail.example", "smtp:///", "http://mail.example", "smtp://u:secret@h:99999", "file:"]
)
def test_what_cannot_be_read_is_refused_without_repeating_it(url):
    with pytest.raises(ImproperlyConfigured) as refusal:
        mail_settings_for(url)

    assert "secret" not in str(refusal.value)


def test_deployment_that_sends_nothing_is_a_warning(settings):
    settings.EMAIL_SENT = False
    silent = check_mail(None)
    settings.EMAIL_SENT = True

    assert ([one.id for one in silent], check_mail(None)) == (["mcs.W001"], [])
