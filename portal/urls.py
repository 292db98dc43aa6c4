"""All addresses. Whatever isn't editorial is public and obeys the rules of public pages."""

from django.conf import settings
from django.urls import path

urlpatterns = []

if settings.HAS_EDITORIAL:
    from django.contrib import admin

    urlpatterns += [path("admin/", admin.site.urls)]
