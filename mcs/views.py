"""Pages that belong to no app: home, search, about, health."""


def site(request) -> dict:
    """Return what every template may use: the name of the site."""
    return {}
