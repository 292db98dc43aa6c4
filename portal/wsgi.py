"""The server's entry point."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.conf import settings  # noqa: E402

if settings.RUN_WORKER:
    from partnerships.editorial.worker import Worker

    Worker().start()
