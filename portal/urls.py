"""All addresses. Whatever isn't editorial is public and obeys the rules of public pages."""

from django.conf import settings
from django.urls import include, path

from portal import health

urlpatterns = [path("healthz", health.healthz, name="healthz"), path("readyz", health.readyz, name="readyz")]

if settings.HAS_EDITORIAL:
    from django.contrib import admin

    urlpatterns += [
        path("admin/", admin.site.urls),
        path("accounts/", include("partnerships.admin.accounts")),
        path("feedback/", include("partnerships.admin.feedback")),
        path("preview/", include("partnerships.admin.preview_links")),
    ]
    handler429 = "partnerships.admin.signin.too_many"  # asked for by allauth

if settings.HAS_PUBLIC:
    urlpatterns += [path("api/", include("partnerships.api.urls")), path("", include("partnerships.public.urls"))]
    handler400 = "portal.errors.bad_request"
    handler403 = "portal.errors.denied"
    handler404 = "portal.errors.not_found"
    handler500 = "portal.errors.server_error"
else:
    handler400 = "partnerships.admin.refusals.bad_request"
    handler403 = "partnerships.admin.refusals.denied"
    handler404 = "partnerships.admin.refusals.not_found"
