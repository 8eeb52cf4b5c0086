"""What every request passes through."""


def strict_requests(get_response):
    """Return the middleware."""
    return get_response
