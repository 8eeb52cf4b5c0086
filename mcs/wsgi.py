"""The WSGI application of the catalogue."""

import os

from django.core.wsgi import get_wsgi_application

from mcs.database_timeout import limit_database_waits

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mcs.settings")

application = get_wsgi_application()
limit_database_waits(os.environ)
