"""What people do with accounts in more than one test: read their messages, come in."""

import re
import time
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.mail import EmailMessage
from django.test import Client

SIGN_IN = "/account/sign-in/"
SIGN_UP = "/account/sign-up/"
PASSWORD = "long enough password"

CODE = re.compile(r"^\s+([A-Z]{4}-[A-Z]{4})$", re.MULTILINE)


def code_in(message: EmailMessage) -> str:
    """The code that a message holds."""
    return CODE.findall(message.body)[0]


def by_password(client: Client, address: str, password: str = PASSWORD, **more: str):
    """Sign in by a password; return the answer."""
    return client.post(SIGN_IN, {"login": address, "password": password, **more})


def by_code(client: Client, address: str, outbox: list[EmailMessage], **more: str):
    """Sign in by the code that is sent; return the last answer."""
    response = client.post(SIGN_IN, {"login": address, "password": "", "by": "code", **more})
    return client.post(response.url, {"code": code_in(outbox[-1]), **more})


def whose(client: Client) -> str | None:
    """The number of the account that this browser has signed in with."""
    return client.session.get("_auth_user_id")


SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def with_app(account: Any, secret: str = SECRET) -> Authenticator:
    """Give an account an app that shows codes."""
    return Authenticator.objects.create(
        user=account,
        type=Authenticator.Type.TOTP,
        data={"secret": get_adapter().encrypt(secret)},
    )


def code_of_app(secret: str = SECRET, steps: int = 0) -> str:
    """The code that an app shows now, or some steps of half a minute later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def force_sign_in(client: Client, account: Any) -> Client:
    """Sign an account in with a second factor; returns the browser."""
    if not Authenticator.objects.filter(user=account).exists():
        with_app(account)
    client.force_login(account)
    session = client.session
    session["account_authentication_methods_user"] = str(account.pk)
    session["account_authentication_methods"] = [
        {"method": "mfa", "at": time.time(), "type": "totp"}
    ]
    session.save()
    return client
