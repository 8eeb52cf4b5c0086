"""The door through which a web server calls the catalogue."""

import os

from django.core.wsgi import get_wsgi_application

from mcs.database_timeout import be_patient

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mcs.settings")

application = get_wsgi_application()
be_patient(os.environ)
