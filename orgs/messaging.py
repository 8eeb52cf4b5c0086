"""E-mail messages, in plain text and HTML, in the language of the recipient."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils.translation import override


class NotSent(Exception):
    """The mail server did not accept a message; it will not be sent later."""


def send(name: str, address: str, language: str, reply_to: str = "", **context: Any) -> None:
    """Send the message `name` to an address.

    Replies go to `reply_to`, if given, otherwise to the catalogue. The templates are
    `NAME.subject.txt`, `NAME.txt` and `NAME.html` below `messages/`. Their context is `context`,
    `site_name` and `base`, the beginning of every URL. Raises NotSent.
    """
    _deliver([_message(name, address, language, reply_to, context)])


def send_to_each(name: str, readers: Iterable[tuple[str, str]], **context: Any) -> None:
    """Send a message to several recipients, given as (address, language), one message each, over
    one connection. Raises NotSent.
    """
    _deliver([_message(name, address, language, "", context) for address, language in readers])


def _message(
    name: str, address: str, language: str, reply_to: str, context: dict[str, Any]
) -> EmailMultiAlternatives:
    full_context = {"site_name": settings.SITE_NAME, "base": settings.PUBLIC_URL, **context}
    with override(language or settings.LANGUAGE_CODE):
        subject = " ".join(render_to_string(f"messages/{name}.subject.txt", full_context).split())
        message = EmailMultiAlternatives(
            f"[{settings.SITE_NAME}] {subject}",
            render_to_string(f"messages/{name}.txt", full_context).strip() + "\n",
            to=[address],
            reply_to=[reply_to] if reply_to else None,
        )
        message.attach_alternative(
            render_to_string(f"messages/{name}.html", full_context), "text/html"
        )
    return message


def _deliver(messages: list[EmailMultiAlternatives]) -> None:
    try:
        with get_connection() as connection:
            for message in messages:
                message.connection = connection
                message.send()
    except OSError as error:  # the errors of smtplib are OSErrors
        raise NotSent from error
