"""Short descriptions of devices from the User-Agent header."""

import re

# The first match counts: browsers also name their competitors.
BROWSERS = (
    (r"\bEdg(e|A|iOS)?\b", "Edge"),
    (r"\b(OPR|Opera)\b", "Opera"),
    (r"\bSamsung(Browser| Internet)\b", "Samsung Internet"),
    (r"\b(Firefox|FxiOS)\b", "Firefox"),
    (r"\b((Headless)?Chrome|CriOS)\b", "Chrome"),
    (r"\bSafari\b", "Safari"),
)
SYSTEMS = (
    (r"\bAndroid\b", "Android"),
    (r"\biPhone\b", "iPhone"),
    (r"\biPad\b", "iPad"),
    (r"\bWindows\b", "Windows"),
    (r"\b(Mac OS X|Macintosh|macOS)\b", "macOS"),
    (r"\b(CrOS|ChromeOS)\b", "ChromeOS"),
    (r"\bLinux\b", "Linux"),
)


def describe_device(user_agent: str) -> str:
    """The browser and the system, without versions and models: "Firefox, Android".

    Versions and models can identify people across sites. A description stays as it is.
    """
    names = [
        next((name for pattern, name in patterns if re.search(pattern, user_agent)), "")
        for patterns in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, names))
