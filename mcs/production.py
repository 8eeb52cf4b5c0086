"""Settings of gunicorn: gunicorn --config python:mcs.production mcs.wsgi.

`make run` and deployments share them. Options on the command line win.
"""

from typing import Any

from gunicorn.glogging import Logger

from mcs.logs import JsonFormatter

# Requests mostly wait for the database: eight threads keep two processors busy.
worker_class = "gthread"
workers = 2
threads = 4

# Seconds without a sign of life after which a worker is killed, and seconds that running requests
# have to finish when the server stops.
timeout = 30
graceful_timeout = 8

# Characters in the first line of a request, the most that gunicorn takes: addresses hold filters.
limit_request_line = 8190

# By default it opens a socket for commands in the user's home folder.
control_socket_disable = True

# No access log: the catalogue does not record who reads it.
accesslog = None
# Warnings contain the network address of clients that send malformed requests.
loglevel = "error"


class JsonLogger(Logger):
    """gunicorn's own log, in the format of `mcs.logs`."""

    def setup(self, cfg: Any) -> None:
        """Called at the start and when the settings change."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter())

    # `stacklevel` makes the record name the caller's module, not this one: `mcs.logs` recognizes
    # messages of the parent process by it.

    def critical(self, msg: object, *args: object, **kwargs: Any) -> None:
        super().critical(msg, *args, stacklevel=3, **kwargs)

    def error(self, msg: object, *args: object, **kwargs: Any) -> None:
        super().error(msg, *args, stacklevel=3, **kwargs)

    def exception(self, msg: object, *args: object, **kwargs: Any) -> None:
        super().exception(msg, *args, stacklevel=3, **kwargs)


logger_class = JsonLogger


def post_worker_init(worker: Any) -> None:
    """Fit the limits of expensive requests to the threads of this process."""
    from mcs import concurrency  # the application, which configures Django, is loaded by now

    concurrency.resize_limits(worker.cfg.threads)
