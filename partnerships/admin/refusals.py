"""What the desk says when something can't be done at all: a sentence, and the way back."""

from __future__ import annotations

from django.conf import settings
from django.contrib.admin import site
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from . import feedback

BACK = "Your browser's way back brings you to the form with all that you typed."


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that can't be read, above all a form of more fields or bytes than the portal takes at once."""
    match exception:
        case TooManyFieldsSent():
            most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
            said = f"This form has more than {most} fields, which is more than the portal takes at once. Nothing was saved. {BACK}"
            said += " Save with fewer new rows first, then add the rest."
        case RequestDataTooBig():
            most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1_000_000
            said = f"This form holds more than {most} MB, which is more than the portal takes at once. Nothing was saved. {BACK}"
        case BadRequest():
            said = str(exception)
        case _:
            said = "The portal can't read this request. The address may have been cut, or changed by hand."
    return page(request, 400, "That can't be read", said)


def denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Something that the account may not see or do."""
    return page(
        request, 403, "Not for this account", "Your account may not see or do this. An administrator can change that."
    )


def unproven(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A post without the token of its form: the page was opened before a new sign-in, cookies are off, or it is forged.

    A reader's report is shown again with what was typed and a good token. In the desk the token of the form left behind
    stays stale, so the sentence says how to carry the text over.
    """
    if request.resolver_match and request.resolver_match.view_name == "feedback":
        return feedback.unproven(request)
    said = (
        "This form was opened before you last signed in or out, or your browser keeps no cookies for the portal. Nothing"
        f" was saved. {BACK} Copy what you need, load the form anew, and save there."
    )
    return page(request, 403, "The portal can't tell that this came from you", said)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address of the desk at which nothing stands."""
    said = (
        str(exception)
        if isinstance(exception, Exception) and exception.args and isinstance(exception.args[0], str)
        else ""
    )
    return page(request, 404, "Nothing stands here", said or "There is no such page, or no such record any more.")


def page(request: HttpRequest, status: int, title: str, said: str) -> HttpResponse:
    """A page that holds a sentence."""
    known = hasattr(request, "user")  # a request may be refused before anybody is recognised
    context = (site.each_context(request) if known else {}) | {"title": title, "said": said}
    return render(request, "admin/desk/refusal.html", context, status=status)
