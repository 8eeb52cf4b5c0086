"""Settings of gunicorn: gunicorn --config python:mcs.production mcs.wsgi.

The same for `make run` and for a deployment. What is given on the command line wins.
"""

from typing import Any

from gunicorn.glogging import Logger

from mcs.logs import Lines

# Pages mostly wait for the database, so that two processors are kept busy by eight threads.
worker_class = "gthread"
workers = 2
threads = 4

# Seconds in which a process has to show that it lives, and in which visitors are let finish when
# it is asked to stop.
timeout = 30
graceful_timeout = 8

# Else it opens a socket for commands in the home of whoever runs it.
control_socket_disable = True

# No list of visits: whoever reads here is nobody's business.
accesslog = None
# Warnings tell the address of whoever sent something unreadable.
loglevel = "error"


class Noted(Logger):
    """gunicorn's own log, written like ours."""

    def setup(self, cfg: Any) -> None:
        """Take the settings, also anew when they change."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(Lines())

    # The place where something is noted is that of whoever calls these, not these themselves: by
    # it the sentences of the parent process are told from those about requests.

    def critical(self, msg: object, *args: object, **kwargs: Any) -> None:
        """Note what ends a process."""
        super().critical(msg, *args, stacklevel=3, **kwargs)

    def error(self, msg: object, *args: object, **kwargs: Any) -> None:
        """Note what failed."""
        super().error(msg, *args, stacklevel=3, **kwargs)

    def exception(self, msg: object, *args: object, **kwargs: Any) -> None:
        """Note what failed, with where."""
        super().exception(msg, *args, stacklevel=3, **kwargs)


logger_class = Noted


def post_worker_init(worker: Any) -> None:
    """Fit what expensive requests may take to the threads that this process has."""
    from mcs import slots  # with the settings of the application, which is loaded by now

    slots.fit(worker.cfg.threads)
