"""A template loader that removes indentation."""

import re

from django.template import Origin
from django.template.loaders.filesystem import Loader as FilesystemLoader

INDENTATION = re.compile(r"\n[ \t]+")


class UnindentingLoader(FilesystemLoader):
    """Loads HTML templates without the spaces at the beginning of lines.

    Compressed pages become about one percent smaller. Line numbers in errors stay the same. Plain
    text for messages is not changed.
    """

    def get_contents(self, origin: Origin) -> str:
        contents = super().get_contents(origin)
        return INDENTATION.sub("\n", contents) if origin.name.endswith(".html") else contents
