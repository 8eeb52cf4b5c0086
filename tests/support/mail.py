"""What messages say."""

import re


def link_in(message) -> str:
    """The path that a message leads to."""
    return re.search(r"https?://[^/\s]+(\S*/confirm/[\w-]+/)", message.body)[1]
