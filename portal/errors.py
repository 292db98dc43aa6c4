"""Errors that no view answered, given to the door at whose address they happened: JSON below /api/, pages elsewhere,
the desk's own below /admin/."""

from __future__ import annotations

import errno
import sys
from importlib import import_module

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views import defaults

from partnerships.api import outside
from partnerships.public import refusals

from .media import Unreachable
from .middleware import is_editorial

API = "/api/"
WAIT = 30
"""Seconds after which to try again when the database, or the storage of pictures, is away."""


def _desk(request: HttpRequest):
    """The refusals of the desk, for its addresses; a public process has no desk to import."""
    if settings.HAS_EDITORIAL and is_editorial(request.path):
        return import_module("partnerships.admin.refusals")
    return None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    response = _bad_request(request, exception)
    response.headers["Cache-Control"] = "no-store"  # it may be about the host that was named, which isn't ours
    return response


def _bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return outside.bad_request(request, exception)
    if desk := _desk(request):
        return desk.bad_request(request, exception)
    return refusals.bad_address(request, exception)


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if desk := _desk(request):
        return desk.denied(request, exception)
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if desk := _desk(request):
        return desk.not_found(request, exception)
    return refusals.not_found(request, exception)


def _passes(error: BaseException | None) -> bool:
    """Whether it is none of our faults, and will be over some time."""
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return full or isinstance(error, (OperationalError, InterfaceError, Unreachable))


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours; or the database or storage is away or a disk full: then nothing here could be answered, and later it
    can."""
    if _passes(sys.exception()):
        if request.path.startswith(API):
            response = outside.unavailable(request, WAIT)
        else:
            response = refusals.unavailable(request, WAIT, sent=request.method == "POST")
        response.headers["Retry-After"] = str(WAIT)
        response.headers["Cache-Control"] = "no-store"
        return response
    if request.path.startswith(API):
        return outside.server_error(request)
    return refusals.broken(request)
