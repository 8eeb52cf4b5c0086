"""What is kept of how a browser describes itself."""

import re

# The first that fits: browsers name their rivals, too.
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


def device(agent: str) -> str:
    """Return what is kept of how a browser describes itself: "Firefox, Android".

    The rest tells versions and models, by which people are followed from site to site. What is
    short already stays as it is.
    """
    found = [
        next((name for sign, name in kinds if re.search(sign, agent)), "")
        for kinds in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, found))
