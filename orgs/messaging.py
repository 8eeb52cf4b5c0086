"""Messages: in plain text and HTML, in the language of whoever reads them."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils.translation import override


class NotSent(Exception):
    """That the server of messages did not take one: nobody gets it later."""


def send(name: str, address: str, language: str, reply_to: str = "", **context: Any) -> None:
    """Send the message of this name to an address, in a language.

    An answer to it goes to `reply_to`, if that is given, otherwise to the catalogue.

    `name` names the templates below `messages/`: `NAME.subject.txt`, `NAME.txt` and, for the twin
    in HTML, `NAME.html`. They are given `context`, `site_name` and `base`, the beginning of every
    address. Raises NotSent.
    """
    _deliver([_message(name, address, language, reply_to, context)])


def send_to_each(name: str, readers: Iterable[tuple[str, str]], **context: Any) -> None:
    """Send the message of this name to several readers, each an address and a language, at once.

    Each gets one of their own. As `send`, with one connection to the server of messages.
    """
    _deliver([_message(name, address, language, "", context) for address, language in readers])


def _message(
    name: str, address: str, language: str, reply_to: str, context: dict[str, Any]
) -> EmailMultiAlternatives:
    given = {"site_name": settings.SITE_NAME, "base": settings.PUBLIC_URL, **context}
    with override(language or settings.LANGUAGE_CODE):
        subject = " ".join(render_to_string(f"messages/{name}.subject.txt", given).split())
        message = EmailMultiAlternatives(
            f"[{settings.SITE_NAME}] {subject}",
            render_to_string(f"messages/{name}.txt", given).strip() + "\n",
            to=[address],
            reply_to=[reply_to] if reply_to else None,
        )
        message.attach_alternative(render_to_string(f"messages/{name}.html", given), "text/html")
    return message


def _deliver(messages: list[EmailMultiAlternatives]) -> None:
    try:
        with get_connection() as connection:
            for message in messages:
                message.connection = connection
                message.send()
    except OSError as error:  # what smtplib raises is one, too
        raise NotSent from error
