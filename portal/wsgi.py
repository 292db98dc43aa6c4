"""The server's entry point: Django, with the store of ready answers in front of it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.conf import settings  # noqa: E402

if settings.HAS_PUBLIC and settings.STORE_BYTES:
    from partnerships.publishing.edition import Watch
    from portal.middleware import EDITORIAL_PATHS
    from portal.store import Store

    watch = Watch()
    application = Store(
        application,
        watch.token,
        private=(*EDITORIAL_PATHS, settings.STATIC_URL, settings.MEDIA_URL),
        cookie=settings.SESSION_COOKIE_NAME,
        room=settings.STORE_BYTES,
    )
    watch.changed = application.refresh
    watch.start()

if settings.RUN_WORKER:
    from partnerships.editorial.worker import Worker

    Worker().start()
