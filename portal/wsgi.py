"""The server's entry point: Django, in front of it the static files, and in front of both the store of ready answers."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.conf import settings  # noqa: E402

if settings.HASHED_STATIC:
    from whitenoise import WhiteNoise

    from portal.headers import of_files

    said = of_files()

    def _safe(headers, path, url):
        for name, value in said.items():
            headers[name] = value

    application = WhiteNoise(
        application,
        root=settings.STATIC_ROOT,
        prefix=settings.STATIC_URL,
        max_age=settings.WHITENOISE_MAX_AGE,
        allow_all_origins=False,
        add_headers_function=_safe,
        immutable_file_test=r"^.+\.[0-9a-f]{12}\..+$",  # names that the manifest gives
    )

store = None
if settings.HAS_PUBLIC and settings.STORE_BYTES:
    from partnerships.api.negotiation import JSON, SPELLINGS
    from partnerships.publishing.edition import Watch
    from portal.middleware import EDITORIAL_PATHS
    from portal.store import Store

    watch = Watch()
    application = store = Store(
        application,
        watch.token,
        private=(*EDITORIAL_PATHS, settings.STATIC_URL, settings.MEDIA_URL),
        cookie=settings.SESSION_COOKIE_NAME,
        formats=frozenset({JSON, *SPELLINGS}),
        room=settings.STORE_BYTES,
    )
    watch.changed = store.refresh
    watch.start()

if settings.METRICS_ADDRESS:
    from portal import metrics

    application = metrics.Measured(application)
    metrics.Listener(settings.METRICS_ADDRESS, store).start()

if settings.RUN_WORKER:
    from partnerships.editorial.worker import Worker

    Worker().start()
